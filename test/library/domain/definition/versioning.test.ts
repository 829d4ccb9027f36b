import { Aggregate, Application, EventSchemaError, event, eventSchema } from 'eventsourcing';
import { describe, expect, test } from 'vitest';
import { DogSchool } from '../../support/dog.ts';
import { errorOf, expectCode } from '../../support/errors.ts';

describe('upcasts', () => {
  const loose = (steps: unknown): unknown => Reflect.apply(event('TrickAdded').upcasts, undefined, [steps]);
  const step = (data: object) => data;

  test('a missing step is an error where the event is defined', () => {
    expectCode(() => loose([step, step, undefined]), 'ES_UPCASTS', /v3→v4 of TrickAdded is missing: item 2/);
    const withHole: unknown[] = [step];
    withHole[2] = step;
    expectCode(() => loose(withHole), 'ES_UPCASTS', /v2→v3 of TrickAdded is missing/);
    expectCode(() => loose([step, 'step']), 'ES_UPCASTS', /string, and no function/);
    expectCode(() => loose(step), 'ES_UPCASTS', /must be an array/);
    expectCode(() => loose(undefined), 'ES_UPCASTS', /from version 1 to version 2/);
  });

  test('count the version, and leave the event itself as it was', () => {
    const first = event('TrickAdded', 'trick');
    const third = first.upcasts([step, step]);
    expect([first.version, third.version, third.type, third.parameters]).toEqual([1, 3, 'TrickAdded', ['trick']]);
    expect(third.upcasts([]).version).toBe(1);
  });

  test('change nothing for new events', () => {
    const Added = event.of<{ trick: string }>()('TrickAdded', 'trick').upcasts([step]);
    @event('Hound.Registered')
    class Hound extends Aggregate {
      readonly tricks: string[] = [];
      @Added
      addTrick(trick: string) {
        this.tricks.push(trick);
      }
    }
    const hound = new Hound();
    hound.addTrick('sit');
    const [, added] = hound.collectEvents();
    expect(added?.payload).toEqual({ trick: 'sit' });
    expect(added !== undefined && Added.matches(added) && added.payload.trick).toBe('sit');
  });
});

describe('the schema of events', () => {
  const recorded = {
    'Dog.Registered': { version: 1, fields: ['name'] },
    'Dog.TrickAdded': { version: 1, fields: ['trick'] },
  };

  test('is that of today, in an order that stays the same', () => {
    expect(JSON.stringify(eventSchema(DogSchool))).toBe(JSON.stringify(recorded));
    expect(eventSchema(DogSchool, recorded)).toEqual(recorded);
    expect(eventSchema(DogSchool, {})).toEqual(recorded);
  });

  test('may not change without a version', () => {
    const changed = {
      'Dog.Registered': { version: 1, fields: ['name', 'owner'] },
      'Dog.TrickAdded': { version: 2, fields: ['trick'] },
      'Dog.Barked': { version: 1, fields: [] },
    };
    const error = errorOf(() => eventSchema(DogSchool, changed));
    expect(error).toBeInstanceOf(EventSchemaError);
    expect(error.code).toBe('ES_EVENT_SCHEMA');
    expect(error).toMatchObject({
      problems: [
        expect.stringMatching(/^Dog\.Registered v1 had the fields name, owner and has the fields name: .*v1→v2/),
        expect.stringMatching(/^Dog\.TrickAdded was v2 and is v1/),
        expect.stringMatching(/^Dog\.Barked is gone.*aliases/),
      ],
    });
    expect(error.message).toContain('\n- Dog.Registered v1 had');
  });

  test('may change with a version, or a new name', () => {
    @(event('Hound.Registered', 'name', 'owner').upcasts([(data: object) => ({ ...data, owner: 'Ann' })]))
    class Hound extends Aggregate {
      constructor(
        readonly name: string,
        readonly owner: string,
      ) {
        super();
      }
      @event('TrickLearnt', 'trick')
      learn(trick: string) {
        return trick;
      }
    }
    class Kennel extends Application {
      static aggregates = [Hound];
      static aliases = { Dog: 'Hound', 'Dog.TrickAdded': 'Hound.TrickLearnt' };
    }
    const next = eventSchema(Kennel, recorded);
    expect(next).toEqual({
      'Hound.Registered': { version: 2, fields: ['name', 'owner'] },
      'Hound.TrickLearnt': { version: 1, fields: ['trick'] },
    });
    expect(eventSchema(Kennel, next)).toEqual(next);
  });
});
