import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { Aggregate, EventMismatchError, event, NAMESPACE_URL, recordAs, recorded, uuid4, uuid5 } from 'eventsourcing';
import { describe, expect, test } from 'vitest';
import { Dog } from '../support/dog.ts';
import { errorOf, expectCode } from '../support/errors.ts';

describe('an aggregate', () => {
  test('a new one has one pending event, version 1, and equal times', () => {
    const dog = new Dog('Fido');
    expect(dog.pendingEvents.map((e) => e.type)).toEqual(['Dog.Registered']);
    expect(dog.version).toBe(1);
    expect(dog.createdAt).toEqual(dog.modifiedAt);
    expect(dog.createdAt.toISOString()).toBe(dog.pendingEvents[0]?.timestamp);
  });

  test('collecting hands over the events in order, once', () => {
    const dog = new Dog('Fido');
    dog.addTrick('sit');
    dog.addTrick('roll over');
    const events = dog.collectEvents();
    expect(events.map(({ type, version, payload }) => [type, version, payload])).toEqual([
      ['Dog.Registered', 1, { name: 'Fido' }],
      ['Dog.TrickAdded', 2, { trick: 'sit' }],
      ['Dog.TrickAdded', 3, { trick: 'roll over' }],
    ]);
    expect(events.every((e) => e.aggregateId === dog.id)).toBe(true);
    expect(dog.collectEvents()).toEqual([]);
  });

  test('replay gives back state, id, version and times', () => {
    const dog = recordAs({ timestamp: '2020-01-01T00:00:00Z' }, () => new Dog('Fido'));
    dog.addTrick('sit');
    const copy = Dog.replay(dog.collectEvents());
    expect(copy).not.toBe(dog);
    expect(copy).toBeInstanceOf(Dog);
    expect(copy.equals(dog)).toBe(true);
    expect(copy.id).toBe(dog.id);
    expect(copy.version).toBe(2);
    expect(copy.createdAt).toEqual(dog.createdAt);
    expect(copy.modifiedAt).toEqual(dog.modifiedAt);
    expect(copy.modifiedAt).not.toEqual(copy.createdAt);
    expect(copy.pendingEvents).toEqual([]);
    assert.deepEqual(copy, dog);
  });

  test('one event at a time gives the same', () => {
    const dog = new Dog('Fido');
    dog.addTrick('sit');
    let copy: Dog | undefined;
    for (const e of dog.collectEvents()) copy = Dog.mutate(copy, e);
    expect(copy?.equals(dog)).toBe(true);
  });

  test('the event of another aggregate is refused and changes nothing', () => {
    const [dog, other] = [new Dog('Fido'), new Dog('Rex')];
    other.addTrick('bark');
    const stranger = other.collectEvents()[1];
    assert(stranger);
    const before = inspect(dog);
    const error = errorOf(() => Dog.mutate(dog, stranger));
    expect(error).toBeInstanceOf(EventMismatchError);
    expect(error).toMatchObject({ code: 'ES_ID_MISMATCH', given: other.id, expected: dog.id });
    expect(inspect(dog)).toBe(before);
  });

  test.each([0, 2])('an event whose version is the current one + %i is refused', (offset) => {
    const dog = new Dog('Fido');
    dog.addTrick('sit');
    const last = dog.collectEvents()[1];
    assert(last);
    const error = errorOf(() => Dog.mutate(dog, { ...last, version: 2 + offset }));
    expect(error).toMatchObject({ code: 'ES_VERSION_MISMATCH', given: 2 + offset, expected: 3 });
    expect(dog.tricks).toEqual(['sit']);
    expect(dog.version).toBe(2);
  });

  test('later changes of the state do not reach an event', () => {
    @event('Kennel.Opened', 'dogs')
    class Kennel extends Aggregate {
      constructor(readonly dogs: string[]) {
        super();
      }
      @event('DogAdded', 'dog')
      add(dog: string) {
        this.dogs.push(dog);
      }
    }
    const given = ['Fido'];
    const kennel = new Kennel(given);
    given.push('Stray');
    kennel.add('Rex');
    expect(kennel.dogs).toEqual(['Fido', 'Rex']);
    expect(kennel.pendingEvents[0]?.payload).toEqual({ dogs: ['Fido'] });
    expect(Kennel.replay(kennel.collectEvents()).equals(kennel)).toBe(true);
  });

  test('no part of an event can be assigned', () => {
    @event('Trip.Planned', 'plan')
    class Trip extends Aggregate {
      constructor(readonly plan: { stops: { name: string }[]; on: Date; by: Map<string, number>; tags: Set<string> }) {
        super();
      }
    }
    const trip = new Trip({
      stops: [{ name: 'Oslo' }],
      on: new Date(0),
      by: new Map([['car', 1]]),
      tags: new Set(['fun']),
    });
    const [planned] = trip.collectEvents();
    assert(planned);
    expect(() => Object.assign(planned, { version: 7 })).toThrow(TypeError);
    const plan = planned.payload.plan;
    assert(
      typeof plan === 'object' && plan !== null && 'stops' in plan && 'on' in plan && 'by' in plan && 'tags' in plan,
    );
    const { stops, on, by, tags } = plan;
    assert(Array.isArray(stops) && on instanceof Date && by instanceof Map && tags instanceof Set);
    expect(() => stops.push({ name: 'Bergen' })).toThrow(TypeError);
    expect(() => Object.assign(stops[0], { name: 'Bergen' })).toThrow(TypeError);
    expect(() => on.setFullYear(1999)).toThrow('events do not change');
    expect(() => by.set('bus', 2)).toThrow('events do not change');
    expect(() => by.clear()).toThrow('events do not change');
    expect(() => tags.add('far')).toThrow('events do not change');
    // The body has its own copy, to do with as it likes.
    trip.plan.stops.push({ name: 'Bergen' });
    trip.plan.by.set('bus', 2);
    expect(stops).toEqual([{ name: 'Oslo' }]);
    // And they still compare and print as what they are.
    assert.deepEqual(plan, {
      stops: [{ name: 'Oslo' }],
      on: new Date(0),
      by: new Map([['car', 1]]),
      tags: new Set(['fun']),
    });
    expect(inspect(by)).toBe("Map(1) { 'car' => 1 }");
  });

  test('a rule in a public method keeps a private one from recording', () => {
    @event('Dog.Registered')
    class StrictDog extends Aggregate {
      readonly tricks: string[] = [];
      addTrick(trick: string) {
        if (trick.length < 3) throw new Error('That is no trick.');
        this._addTrick(trick);
      }
      @event('TrickAdded', 'trick')
      private _addTrick(trick: string) {
        this.tricks.push(trick);
      }
    }
    const dog = new StrictDog();
    expect(() => dog.addTrick('x')).toThrow('That is no trick.');
    expect(dog.pendingEvents).toHaveLength(1);
    dog.addTrick('sit');
    expect(dog.pendingEvents.map((e) => e.type)).toEqual(['Dog.Registered', 'Dog.TrickAdded']);
    expect(dog.tricks).toEqual(['sit']);
  });

  test('a command that changes nothing can record nothing', () => {
    @event('Dog.Registered', 'name')
    class RenamableDog extends Aggregate {
      constructor(public name: string) {
        super();
      }
      rename(name: string) {
        if (name !== this.name) this.setName(name);
      }
      @event('Renamed', 'name')
      private setName(name: string) {
        this.name = name;
      }
    }
    const dog = new RenamableDog('Fido');
    for (let i = 0; i < 7; i++) dog.rename('Rex');
    expect(dog.collectEvents()).toHaveLength(2);
  });

  test('an id made from a name is always the same, and the one that Python makes', () => {
    @event('Page.Created', 'title')
    class Page extends Aggregate {
      static createId(title: string) {
        return uuid5(NAMESPACE_URL, `/dogs/${title}`);
      }
      constructor(readonly title: string) {
        super();
      }
    }
    expect(new Page('Fido').id).toBe('1e1d7398-8986-57af-bb01-11a89b2f8b02');
    expect(new Page('Fido').id).toBe(Page.createId('Fido'));
    expect(new Page('Rex').id).not.toBe(Page.createId('Fido'));
  });

  test('a given id takes precedence', () => {
    @event('Page.Created')
    class Page extends Aggregate {
      static createId() {
        return 'made';
      }
      readonly seen = this.id;
    }
    const page = recordAs({ id: 'given' }, () => new Page());
    expect(page.id).toBe('given');
    expect(page.seen).toBe('given');
    expect(new Page().id).toBe('made');
    expectCode(() => recordAs({ id: 'one' }, () => [new Page(), new Page()]), 'ES_INVALID_ARGUMENT', /second/);
    expectCode(() => recordAs({ id: '' }, () => new Page()), 'ES_INVALID_ARGUMENT');
  });

  test('an id from createId must be text', () => {
    @event('Page.Created')
    class Page extends Aggregate {
      static createId() {
        return 42;
      }
    }
    expectCode(() => new Page(), 'ES_INVALID_ARGUMENT', /42/);
  });

  test('the first version can be another', () => {
    @event('Dog.Registered')
    class ZeroDog extends Aggregate {
      static initialVersion = 0;
      @event('Barked')
      bark() {}
    }
    const dog = new ZeroDog();
    expect(dog.version).toBe(0);
    dog.bark();
    const events = dog.collectEvents();
    expect(events.map((e) => e.version)).toEqual([0, 1]);
    expect(ZeroDog.replay(events).equals(dog)).toBe(true);
  });

  test('a subclass records under its own topic', () => {
    class Puppy extends Dog {
      static topic = 'Puppy';
      naps = 0;
      @event('Napped')
      nap() {
        this.naps += 1;
      }
    }
    const puppy = new Puppy('Bit');
    expect(puppy).toBeInstanceOf(Puppy);
    expect(puppy).toBeInstanceOf(Dog);
    expect(puppy.constructor).toBe(Puppy);
    puppy.nap();
    puppy.addTrick('sit');
    const events = puppy.collectEvents();
    expect(events.map((e) => e.type)).toEqual(['Puppy.Registered', 'Puppy.Napped', 'Puppy.TrickAdded']);
    const copy = Puppy.replay(events);
    expect(copy).toBeInstanceOf(Puppy);
    expect(copy.equals(puppy)).toBe(true);
    expectCode(() => Dog.replay(events), 'ES_TOPIC_UNKNOWN', /Puppy\.Registered/, /Dog\.Registered/);
  });

  test('a subclass may have a created event of its own, with more parameters', () => {
    @event('Pup.Born', 'name', 'mother')
    class Pup extends Dog {
      constructor(
        name: string,
        readonly mother: string,
      ) {
        super(name);
      }
      @event('TrickAdded', 'trick')
      override addTrick(trick: string) {
        super.addTrick(`little ${trick}`);
        this.tricks.push('nap');
      }
    }
    const pup = new Pup('Bit', 'Bella');
    pup.addTrick('sit');
    expect(pup.tricks).toEqual(['little sit', 'nap']);
    const events = pup.collectEvents();
    expect(events.map((e) => [e.type, e.payload])).toEqual([
      ['Pup.Born', { name: 'Bit', mother: 'Bella' }],
      ['Pup.TrickAdded', { trick: 'sit' }],
    ]);
    expect(Pup.replay(events).equals(pup)).toBe(true);
  });

  test('a subclass with an event of its own may do without a constructor', () => {
    @event('Pup.Born', 'name')
    class Pup extends Dog {
      age = 0;
    }
    const pup = new Pup('Bit');
    expect(pup.pendingEvents[0]).toMatchObject({ type: 'Pup.Born', payload: { name: 'Bit' } });
    expect(Pup.replay(pup.collectEvents()).equals(pup)).toBe(true);
  });

  test('an override without an event leaves the recorded method to do the recording', () => {
    class LoudDog extends Dog {
      static topic = 'LoudDog';
      override addTrick(trick: string) {
        super.addTrick(trick.toUpperCase());
      }
    }
    const dog = new LoudDog('Fido');
    dog.addTrick('bark');
    const events = dog.collectEvents();
    expect(events[1]?.payload).toEqual({ trick: 'BARK' });
    expect(LoudDog.replay(events).tricks).toEqual(['BARK']);
  });

  test('a discarded aggregate refuses commands, and replay knows', () => {
    @event('Page.Written')
    class Page extends Aggregate {
      @event('Discarded')
      discard() {
        this.markDiscarded();
      }
    }
    const page = new Page();
    page.discard();
    expect(page.isDiscarded).toBe(true);
    expectCode(() => page.discard(), 'ES_DISCARDED', page.id, /discard was refused/);
    expect(page.pendingEvents).toHaveLength(2);
    expect(Page.replay(page.collectEvents()).isDiscarded).toBe(true);
  });

  test('only a recorded body can discard', () => {
    @event('Page.Written')
    class Page extends Aggregate {
      discard() {
        this.markDiscarded();
      }
    }
    expectCode(() => new Page().discard(), 'ES_NOT_RECORDED');
  });

  test('given times are the times', () => {
    const [born, later] = [new Date('2001-02-03T04:05:06.789Z'), '2002-03-04T05:06:07Z'];
    const dog = recordAs({ timestamp: born }, () => new Dog('Fido'));
    recordAs({ timestamp: later }, () => dog.addTrick('sit'));
    expect(dog.createdAt).toEqual(born);
    expect(dog.modifiedAt).toEqual(new Date(later));
    dog.createdAt.setFullYear(1900);
    expect(dog.createdAt).toEqual(born);
    expectCode(() => recordAs({ timestamp: 'yesterday' }, () => new Dog('Fido')), 'ES_INVALID_ARGUMENT', /yesterday/);
    expectCode(() => recordAs({ timestamp: new Date(Number.NaN) }, () => new Dog('Fido')), 'ES_INVALID_ARGUMENT');
  });

  test('recordAs adds metadata, merges it, and ends with the function', () => {
    const dog = recordAs({ metadata: { user: 'ann', via: { app: 'web' } } }, () => {
      const inner = new Dog('Fido');
      recordAs({ metadata: { user: 'bob' } }, () => inner.addTrick('sit'));
      return inner;
    });
    dog.addTrick('roll over');
    const events = dog.collectEvents();
    expect(events.map((e) => e.metadata)).toEqual([
      { user: 'ann', via: { app: 'web' } },
      { user: 'bob', via: { app: 'web' } },
      undefined,
    ]);
    expect(events[2] && 'metadata' in events[2]).toBe(false);
    expect(Object.isFrozen(events[0]?.metadata?.via)).toBe(true);
  });

  test('recordAs refuses an asynchronous function, and does not leak', () => {
    expectCode(
      () => recordAs({ timestamp: new Date(0) }, async () => undefined),
      'ES_INVALID_ARGUMENT',
      /asynchronous/,
    );
    expect(() =>
      recordAs({ timestamp: new Date(0) }, () => {
        throw new Error('out');
      }),
    ).toThrow('out');
    expect(new Dog('Fido').createdAt.getTime()).toBeGreaterThan(0);
  });
});

describe('equality', () => {
  test('asks for class, id, version, times and state', () => {
    const at = { id: 'a', timestamp: new Date(0) };
    const make = () => recordAs(at, () => new Dog('Fido'));
    expect(make().equals(make())).toBe(true);
    expect(make().equals(recordAs({ ...at, id: 'b' }, () => new Dog('Fido')))).toBe(false);
    expect(make().equals(recordAs(at, () => new Dog('Rex')))).toBe(false);
    expect(make().equals(recordAs({ ...at, timestamp: new Date(1) }, () => new Dog('Fido')))).toBe(false);
    expect(make().equals({ ...make() })).toBe(false);
    expect(make().equals(undefined)).toBe(false);
    const changed = make();
    changed.addTrick('sit');
    expect(make().equals(changed)).toBe(false);
    changed.collectEvents();
    expect(changed.equals(changed)).toBe(true);
  });

  test('looks into every kind of state', () => {
    class Money {
      constructor(readonly cents: number) {}
    }
    @event('Box.Made')
    class Box extends Aggregate {
      state: unknown;
    }
    const box = (state: unknown) => {
      const made = recordAs({ id: 'box', timestamp: new Date(0) }, () => new Box());
      made.state = state;
      return made;
    };
    const loop = () => {
      const value: { self?: unknown } = {};
      value.self = value;
      return value;
    };
    const same: (() => unknown)[] = [
      () => new Date(5),
      () => new Map([[{ a: 1 }, [1]]]),
      () => new Set([1, { b: 2 }]),
      () => new Uint8Array([1, 2]),
      () => new Money(5),
      () => ({ nested: [{ deep: null }] }),
      () => Number.NaN,
      loop,
    ];
    for (const make of same) expect(box(make()).equals(box(make()))).toBe(true);
    expect(box(new Set([1, 2])).equals(box(new Set([2, 1])))).toBe(true);
    const different: [unknown, unknown][] = [
      [new Date(5), new Date(6)],
      [new Map([[1, 2]]), new Map([[1, 3]])],
      [new Set([{ a: 1 }]), new Set([{ a: 2 }])],
      [new Set([1, 2]), new Set([1])],
      [new Uint8Array([1]), new Uint8Array([2])],
      [new Money(5), new Money(6)],
      [new Money(5), { cents: 5 }],
      [
        [1, 2],
        [2, 1],
      ],
      [{ a: undefined }, {}],
      [0, -0],
      [null, undefined],
    ];
    for (const [a, b] of different) expect(box(a).equals(box(b)), inspect([a, b])).toBe(false);
  });
});

describe('what a reader sees', () => {
  test('an aggregate prints its id, version and state', () => {
    const dog = recordAs({ id: 'dog-1' }, () => new Dog('Fido'));
    expect(inspect(dog)).toBe("Dog { id: 'dog-1', version: 1, name: 'Fido', tricks: [] }");
    expect(JSON.parse(JSON.stringify(dog))).toEqual({ id: 'dog-1', version: 1, name: 'Fido', tricks: [] });
  });

  test('an event prints as a plain object', () => {
    const dog = recordAs({ id: 'dog-1', timestamp: new Date(0) }, () => new Dog('Fido'));
    expect(inspect(dog.collectEvents()[0], { breakLength: Number.POSITIVE_INFINITY })).toBe(
      "{ type: 'Dog.Registered', aggregateId: 'dog-1', version: 1, timestamp: '1970-01-01T00:00:00.000Z', payload: { name: 'Fido' } }",
    );
  });

  test('the id cannot be changed', () => {
    expect(() => Object.assign(new Dog('Fido'), { id: uuid4() })).toThrow(TypeError);
  });
});

describe('a typed event', () => {
  const Credited = event.of<{ amount: number; note?: string }>()('Credited', 'amount', 'note');

  @event('Account.Opened')
  class Account extends Aggregate {
    balance = 0;
    @Credited
    credit(amount: number, _note?: string) {
      this.balance += amount;
    }
  }

  test('recognises its own events, and types their payload', () => {
    const account = new Account();
    account.credit(20);
    account.credit(5, 'rest');
    const matched = account.collectEvents().filter((e) => Credited.matches(e));
    expect(matched.map((e) => e.payload.amount + 1)).toEqual([21, 6]);
    expect(matched.map((e) => e.payload)).toEqual([{ amount: 20 }, { amount: 5, note: 'rest' }]);
    expect(Credited.type).toBe('Credited');
    expect(Credited.parameters).toEqual(['amount', 'note']);
  });

  test('does not recognise the events of the same name of others', () => {
    expect(
      Credited.matches({ type: 'Ledger.Credited', aggregateId: 'x', version: 1, timestamp: '', payload: {} }),
    ).toBe(false);
  });

  test('can stand above a class', () => {
    const Registered = event.of<{ name: string }>()('Cat.Registered', 'name');
    @Registered
    class Cat extends Aggregate {
      constructor(readonly name: string) {
        super();
      }
    }
    const [registered] = new Cat('Tom').collectEvents();
    assert(registered && Registered.matches(registered));
    expect(registered.payload.name.toUpperCase()).toBe('TOM');
  });
});

describe('a command', () => {
  test('returns what its body returns', () => {
    @event('Queue.Opened')
    class Queue extends Aggregate {
      last = 0;
      @event('NumberDrawn')
      draw() {
        this.last += 1;
        return this.last;
      }
    }
    const queue = new Queue();
    expect([queue.draw(), queue.draw()]).toEqual([1, 2]);
  });

  test('a body that throws at once records nothing and changes nothing', () => {
    @event('Dog.Registered')
    class Fussy extends Aggregate {
      tricks: string[] = [];
      @event('TrickAdded', 'trick')
      addTrick(trick: string) {
        if (trick === 'fly') throw new Error('Dogs do not fly.');
        this.tricks.push(trick);
      }
    }
    const dog = new Fussy();
    dog.addTrick('sit');
    const before = inspect(dog);
    expect(() => dog.addTrick('fly')).toThrow('Dogs do not fly.');
    expect(inspect(dog)).toBe(before);
    expect(dog.pendingEvents).toHaveLength(2);
    dog.addTrick('roll over');
    expect(dog.version).toBe(3);
  });

  @event('Dog.Registered')
  class Careless extends Aggregate {
    tricks: string[] = ['bark'];
    extra?: string;
    @event('TrickAdded', 'trick')
    addTrick(trick: string) {
      this.tricks.push(trick);
    }
    @event('Failed')
    fail() {
      this.tricks.push('partial');
      this.extra = 'partial';
      throw new Error('half way');
    }
  }

  test('a body that changes something and then throws leaves no trace', () => {
    const dog = new Careless();
    dog.addTrick('sit');
    const [, added] = dog.pendingEvents;
    expect(() => dog.fail()).toThrow('half way');
    expect(dog.tricks).toEqual(['bark', 'sit']);
    expect(dog.extra).toBeUndefined();
    expect(dog.version).toBe(2);
    expect(dog.pendingEvents[1]).toBe(added);
    dog.addTrick('roll over');
    expect(dog.tricks).toEqual(['bark', 'sit', 'roll over']);
    expect(Careless.replay(dog.collectEvents()).equals(dog)).toBe(true);
  });

  test('the same holds for an event that is applied', () => {
    @event('Dog.Registered')
    class Moody extends Aggregate {
      tricks: string[] = [];
      @event('TrickAdded', 'trick')
      addTrick(trick: string) {
        this.tricks.push(trick);
        if (Moody.isTired) throw new Error('tired');
      }
      static isTired = false;
    }
    const dog = new Moody();
    dog.addTrick('sit');
    const [created, added] = dog.collectEvents();
    assert(created && added);
    const copy = Moody.mutate(undefined, created);
    Moody.isTired = true;
    expect(() => Moody.mutate(copy, added)).toThrow('tired');
    expect(copy.tricks).toEqual([]);
    expect(copy.version).toBe(1);
  });

  test('a class cannot have fields of its own for what every aggregate has, or freeze its instances', () => {
    @event('Page.Written', 'id')
    class Page extends Aggregate {
      constructor(override readonly id: string) {
        super();
      }
    }
    @event('Draft.Written')
    class Draft extends Aggregate {
      override readonly version = 3;
    }
    @event('Note.Written')
    class Note extends Aggregate {
      constructor() {
        super();
        Object.assign(this, { version: 'first' });
      }
    }
    @event('Sheet.Written')
    class Sheet extends Aggregate {
      constructor() {
        super();
        Object.freeze(this);
      }
      @event('Shredded')
      shred() {
        this.markDiscarded();
      }
    }
    @event('Leaf.Written')
    class Leaf extends Aggregate {
      lines = 1;
      @event('Frozen')
      freeze() {
        Object.freeze(this);
      }
    }
    expect(errorOf(() => new Page('p-1'))).toMatchObject({
      code: 'ES_EVENT_TARGET',
      message: expect.stringMatching(/^class Page has a field called id, and so has every aggregate.*createId/),
    });
    expect(errorOf(() => new Draft()).message).toMatch(/^class Draft has a field called version/);
    expect(errorOf(() => new Note()).message).toMatch(/^Something wrote first to the version of Note/);
    expect(errorOf(() => new Sheet()).message).toMatch(/^class Sheet freezes its instances/);
    const leaf = new Leaf();
    expect(errorOf(() => leaf.freeze()).message).toMatch(/^class Leaf freezes its instances/);
    expect(errorOf(() => leaf.freeze()).code).toBe('ES_AGGREGATE_BROKEN');
  });

  test('a constructor that throws for its own reasons is not blamed on the names of its fields', () => {
    @event('Dog.Registered')
    class Dog extends Aggregate {
      readonly length = JSON.parse('null').length as number;
    }
    expect(() => new Dog()).toThrow(/Cannot read properties of null/);
  });

  test('an event that today’s body refuses is named', () => {
    const dogWith = (refuses: boolean) =>
      recorded(
        class extends Aggregate {
          readonly tricks: string[] = [];
          addTrick(trick: string) {
            if (refuses && trick === 'bite') throw new RangeError('no biting');
            this.tricks.push(trick);
          }
        },
        { new: event('Dog.Registered'), addTrick: event('TrickAdded', 'trick') },
      );
    const dog = new (dogWith(false))();
    dog.addTrick('bite');
    const Stricter = dogWith(true);
    const error = errorOf(() => Stricter.replay(dog.pendingEvents));
    expect(error).toMatchObject({ code: 'ES_REPLAY', aggregateId: dog.id, version: 2, type: 'Dog.TrickAdded' });
    expect(error.message).toMatch(
      `Dog.TrickAdded (version 2 of ${dog.id}) can't be replayed: its body throws "RangeError: no biting".`,
    );
    expect(error.cause).toEqual(new RangeError('no biting'));
  });

  test('a constructor that throws records nothing', () => {
    @event('Dog.Registered', 'name')
    class Named extends Aggregate {
      constructor(name: string) {
        super();
        if (name === '') throw new RangeError('A dog has a name.');
      }
    }
    expect(() => new Named('')).toThrow(RangeError);
    expect(new Named('Fido').version).toBe(1);
  });

  test('a recorded method called from a recorded body is refused, and undone', () => {
    @event('Dog.Registered')
    class Chatty extends Aggregate {
      said: string[] = [];
      @event('Said', 'word')
      say(word: string) {
        this.said.push(word);
      }
      @event('SaidTwice', 'word')
      sayTwice(word: string) {
        this.said.push('first');
        this.say(word);
      }
      @event('Bred')
      breed() {
        return new Dog('Puppy');
      }
    }
    const dog = new Chatty();
    expectCode(() => dog.sayTwice('woof'), 'ES_NESTED_COMMAND', /sayTwice/, /calls say/);
    expect(dog.said).toEqual([]);
    expectCode(() => dog.breed(), 'ES_NESTED_COMMAND', /breed/, /creates a Dog/);
    expect(dog.pendingEvents).toHaveLength(1);

    @event('Loud.Registered')
    class Loud extends Aggregate {
      constructor() {
        super();
        this.bark();
      }
      @event('Barked')
      bark() {}
    }
    expectCode(() => new Loud(), 'ES_NESTED_COMMAND', /constructor of Loud/);
  });

  test('a body that returns a promise is refused', () => {
    @event('Dog.Registered')
    class Slow extends Aggregate {
      done = 0;
      @event('Waited')
      wait() {
        this.done += 1;
        const promise: unknown = Promise.reject(new Error('late'));
        return promise;
      }
    }
    const dog = new Slow();
    expectCode(() => dog.wait(), 'ES_ASYNC_COMMAND', /wait/);
    expect(dog.done).toBe(0);
    expect(dog.version).toBe(1);
  });

  test('an argument without a name is refused', () => {
    const dog = new Dog('Fido');
    expectCode(() => Reflect.apply(dog.addTrick, dog, ['sit', 1]), 'ES_ARGUMENTS', /2 arguments/, /trick/);
    expectCode(() => Reflect.construct(Dog, ['Fido', 'extra']), 'ES_ARGUMENTS', /Dog\.Registered/);
    expect(dog.pendingEvents).toHaveLength(1);
  });

  test('a method that lost its aggregate says so', () => {
    const { addTrick } = new Dog('Fido');
    expectCode(() => addTrick('sit'), 'ES_NOT_RECORDED', /dog\.addTrick/);
  });

  test('a construction that by-passes the decorator is refused, and `new this` is not', () => {
    @event('Dog.Registered', 'name')
    class Factory extends Aggregate {
      constructor(readonly name: string) {
        super();
      }
      static wrong() {
        return new Factory('Fido');
      }
      static right() {
        return new this('Fido');
      }
    }
    expect(Factory.right().pendingEvents).toHaveLength(1);
    // Under esbuild the name means the class without its decorator; other compilers do better.
    try {
      expect(Factory.wrong().pendingEvents).toHaveLength(1);
    } catch (error) {
      expect(error).toMatchObject({ code: 'ES_NOT_RECORDED' });
    }
  });
});
