import {
  Aggregate,
  ArgumentError,
  type DomainEvent,
  decider,
  event,
  NAMESPACE_URL,
  recordAs,
  recorded,
  uuid4,
  uuid5,
  withSources,
} from 'eventsourcing';
import { describe, expect, test } from 'vitest';
import { errorOf, expectCode } from '../../support/errors.ts';

/** As it comes out of a message, or of a file. */
function parsed(type: string): DomainEvent {
  return JSON.parse(JSON.stringify({ id: 1, type, aggregateId: 'a', version: 1, timestamp: '', payload: {} }));
}

describe('a token recognises parsed events of a class that was never used', () => {
  const Registered = event('Dog.Registered', 'name');
  const TrickAdded = event('TrickAdded', 'trick');

  @Registered
  class Dog extends Aggregate {
    constructor(readonly name: string) {
      super();
    }
    @TrickAdded
    addTrick(trick: string) {
      return trick;
    }
  }
  const Born = event('Puppy.Born', 'name');
  @Born
  class _Puppy extends Dog {}

  const Met = event('Met', 'whom');
  const Seen = event('Cat.Seen');
  recorded(
    class Cat extends Aggregate {
      meet(whom: string) {
        return whom;
      }
    },
    { new: Seen, meet: Met },
  );
  const Opened = event('Door.Opened');
  const Closed = event('Closed');
  decider<object>()({
    events: [Opened, Closed],
    evolve: { Opened: () => ({}), Closed: () => ({}) },
    create: () => Opened({}),
    decide: {},
  });
  const Unused = event('TrickAdded', 'trick');

  test.each<[{ matches(candidate: DomainEvent): boolean }, string, boolean]>([
    [Registered, 'Dog.Registered', true],
    [TrickAdded, 'Dog.TrickAdded', true],
    [TrickAdded, 'Puppy.TrickAdded', true],
    [Born, 'Puppy.Born', true],
    [Seen, 'Cat.Seen', true],
    [Met, 'Cat.Met', true],
    [Opened, 'Door.Opened', true],
    [Closed, 'Door.Closed', true],
    [TrickAdded, 'Cat.TrickAdded', false],
    [Registered, 'Puppy.Registered', false],
    [Unused, 'Dog.TrickAdded', false],
  ])('%o and %s: %s', (token, type, isIt) => {
    expect(token.matches(parsed(type))).toBe(isIt);
  });
});

describe('ids', () => {
  test('that cannot be stored are made by nobody', async () => {
    @event('Cat.Registered', 'name')
    class Cat extends Aggregate {
      static createId(name: string) {
        return name;
      }
      constructor(readonly name: string) {
        super();
      }
    }
    for (const wrong of ['', 'a\0', '\udc00', 'x'.repeat(256)]) {
      expectCode(() => new Cat(wrong), 'ES_INVALID_ARGUMENT', /^The id of an aggregate must be text/);
      expectCode(() => recordAs({ id: wrong }, () => new Cat('Tom')), 'ES_INVALID_ARGUMENT');
      await withSources({ id: () => wrong }, async () => expectCode(uuid4, 'ES_INVALID_ARGUMENT', /id of withSources/));
    }
    expect(new Cat('🐱').id).toBe('🐱');
  });

  test('from names are those of whole characters, since halves all are the same to UTF-8', () => {
    for (const name of ['\ud800', 'a\udc00b', 5]) {
      const error = errorOf(() => Reflect.apply(uuid5, undefined, [NAMESPACE_URL, name]));
      expect(error).toBeInstanceOf(ArgumentError);
      expect(error.message).toMatch(/The name for uuid5 must be text of whole characters/);
    }
  });
});

describe('recordAs', () => {
  test.each<[object, RegExp]>([
    [{ metadata: 5 }, /metadata of an event must be an object of named fields.* not 5/],
    [{ metadata: new Map([['user', 'Ada']]) }, /not a Map/],
    [{ metadata: ['Ada'] }, /not an array/],
    [{ timestamp: '2026-02-30T09:30:00Z' }, /timestamp/],
    [{ timestamp: '2026-11-21T24:00:00Z' }, /timestamp/],
    [{ id: 5n }, /not 5/],
  ])('refuses %o', (options, message) => {
    const error = errorOf(() => Reflect.apply(recordAs, undefined, [options, () => 1]));
    expect(error).toBeInstanceOf(ArgumentError);
    expect(error.message).toMatch(message);
  });
});

test('a draft is not made of what has no fields', () => {
  const TrickAdded = event.of<{ trick?: string }>()('TrickAdded', 'trick');
  for (const payload of [new Map([['trick', 'sit']]), ['sit'], new Date(0), 'sit']) {
    expectCode(
      () => Reflect.apply(TrickAdded, undefined, [payload]),
      'ES_ARGUMENTS',
      /must be an object of its fields: trick/,
    );
  }
});
