import assert from 'node:assert/strict';
import {
  Aggregate,
  Application,
  type ApplicationOptions,
  ArgumentError,
  type DomainEvent,
  decider,
  event,
  PayloadError,
  recordAs,
  type Store,
  transcoding,
} from 'eventsourcing';
import { describe, expect, test } from 'vitest';
import { errorOf, rejectionOf } from '../support/errors.ts';
import type { TestedStore } from './stores.ts';

/** Nothing in JavaScript freezes what is in here. */
class Secret {
  readonly bytes: Uint8Array;
  constructor(bytes: Iterable<number>) {
    this.bytes = Uint8Array.from(bytes);
  }
}
const secret = transcoding(Secret, {
  name: 'secret',
  encode: ({ bytes }) => bytes,
  decode: (bytes) => new Secret(bytes),
});

@event('Safe.Built', 'content')
class Safe extends Aggregate {
  static transcodings = [secret];
  content: unknown;
  constructor(content: unknown) {
    super();
    this.content = content;
  }
  @event('Filled', 'content', 'note')
  fill(content: unknown, _note?: string) {
    this.content = content;
  }
  @event('Forced')
  force() {
    this.content = undefined;
    throw new RangeError('The safe is too strong.');
  }
}

const Opened = event.of<{ bytes: Uint8Array }>()('Box.Opened', 'bytes');
const Box = decider<{ readonly bytes: Uint8Array }>()({
  events: [Opened],
  evolve: { Opened: (_, { bytes }) => ({ bytes }) },
  create: (bytes: Uint8Array) => Opened({ bytes }),
  decide: {},
});

@event('Chain.Begun')
class Chain extends Aggregate {
  top: object = {};
  @event('Extended')
  extend() {
    this.top = { below: this.top };
  }
}

class Bank extends Application {
  static aggregates = [Safe, Box, Chain];
}

function bank(options: ApplicationOptions): Bank {
  return new Bank({ name: 'Bank', ...options });
}

const TIME = '2026-11-21T09:30:00.000Z';

function filled(part: Partial<Record<keyof DomainEvent, unknown>> = {}): DomainEvent {
  const made = {
    type: 'Safe.Built',
    aggregateId: 'safe',
    version: 1,
    timestamp: TIME,
    payload: { content: 1 },
    ...part,
  };
  // What events are made of by hand, or by another program, may be anything.
  return made as DomainEvent;
}

function withOwn<T extends object>(target: T, name: string, value: unknown, enumerable = true): T {
  return Object.defineProperty(target, name, { value, enumerable, writable: true, configurable: true });
}

function nested(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 1;
  for (let n = 0; n < depth; n++) value = wrap(value);
  return value;
}

const special: unknown = JSON.parse(
  '{"__proto__":{"admin":true},"constructor":1,"toString":null,"":0,"_type_":"set","_data_":[]}',
);

/** Values that are hard to store, each with what it is. */
const kept: readonly (readonly [string, unknown])[] = [
  ['negative zeros', [-0, { zero: -0 }, new Map([['zero', -0]])]],
  ['halves of characters and NUL', ['\ud800', '\udc00\ud800', 'a\0b', { '\ud800': 1, '\0': 2 }]],
  ['special keys', special],
  ['what looks like a stored form', { _type_: 'set', _data_: { _type_: 'object', _data_: {} } }],
  [
    'keys that are objects',
    new Map<unknown, unknown>([
      [{ a: 1 }, 1],
      [{ a: 1 }, 2],
      [new Map(), new Set([new Date(5)])],
    ]),
  ],
  ['times at the ends', [new Date(8.64e15), new Date(-8.64e15), new Date(-1)]],
  ['bytes', [new Uint8Array(), new Uint8Array([0, 255]), new Set([new Uint8Array([1]), new Uint8Array([1])])]],
  ['large numbers', [2n ** 100n, -1n, Number.MAX_VALUE, 5e-324, Number.MAX_SAFE_INTEGER + 2]],
  ['something deep', nested(990, (inner) => [inner])],
  ['maps within maps', nested(900, (inner) => new Map([['a', inner]]))],
];

const loop: { self?: unknown } = {};
loop.self = [loop];

/** Values that would not come back, and where the fault is in them. */
const refused: readonly (readonly [string, unknown, string])[] = [
  ['a property of a date', [withOwn(new Date(0), 'zone', 'CET')], '[0].zone'],
  ['a property of a map', { map: withOwn(new Map(), 'name', 'm') }, '.map.name'],
  ['a hidden property of a set', withOwn(new Set(), 'name', 's', false), '.name'],
  ['a property of bytes', withOwn(new Uint8Array(3), 'name', 'b'), '.name'],
  ['a hidden property', { part: withOwn({ a: 1 }, 'b', 2, false) }, '.part.b'],
  ['a hidden property of an array', [withOwn([1], 'b', 2, false)], '[0]'],
  ['a hole that a property makes up for', Object.assign(new Array(1), { name: 'a' }), '[0]'],
  [
    'a getter',
    {
      get now() {
        return 1;
      },
    },
    '.now',
  ],
  ['a class of bytes', [new (class Key extends Uint8Array {})(3)], '[0]'],
  ['a boxed number', [Object(5)], '[0]'],
  ['an heir', [Object.create(Object.create(null, { a: { value: 1, enumerable: true } }))], '[0]'],
  ['a cycle', loop, '.self[0]'],
  ['what is too deep', nested(20_000, (inner) => [inner]), ''],
  ['maps too deep', nested(20_000, (inner) => new Map([[1, inner]])), ''],
];

/** Overwrites whatever can be in a value. */
function spoil(value: unknown): void {
  if (value instanceof Uint8Array) value.fill(0);
  else if (value instanceof Secret) value.bytes.fill(0);
  else if (value instanceof Map) for (const item of value.values()) spoil(item);
  else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) spoil(item);
}

const IDS: readonly (readonly [string, unknown])[] = [
  ['empty', ''],
  ['too long', 'x'.repeat(256)],
  ['with NUL', 'a\0'],
  ['half of a character', 'a\ud800'],
  ['a number', 5],
  ['a bigint', 5n],
  ['undefined', undefined],
  ['a list', [['safe']]],
];

/** What must hold for values and for events as such on every store. */
export function valuesSuite({ name, open: createStore }: TestedStore): void {
  describe(`values on ${name}`, () => {
    test.each(kept)('%s come back as they were', async (_, content) => {
      const store = await createStore();
      const app = bank({ store });
      const safe = recordAs({ metadata: { content } }, () => new Safe(content));
      const [made] = safe.pendingEvents;
      await app.save(safe, filled({ aggregateId: 'as such', payload: { content }, metadata: { content } }));
      const log = await bank({ store }).notificationLog.select();
      for (const found of [made, ...(await app.events.get(safe.id)), ...log]) {
        assert.deepEqual(found?.payload.content, content);
        assert.deepEqual(found?.metadata?.content, content);
      }
      const copy = await bank({ store }).repository.get(Safe, safe.id);
      assert.deepEqual(copy.content, content);
      expect(copy.equals(safe)).toBe(true);
      // Also once more, as what was read.
      copy.fill(log[0]?.payload.content);
      await app.save(copy);
      assert.deepEqual((await app.repository.get(Safe, safe.id)).content, content);
    });

    test('metadata comes back with its own keys, whatever they are called', async () => {
      const store = await createStore();
      const metadata: Record<string, unknown> = JSON.parse('{"__proto__":{"admin":true},"constructor":1}');
      const safe = recordAs({ metadata: { user: 'Ada' } }, () => recordAs({ metadata }, () => new Safe(1)));
      await bank({ store }).save(safe, filled({ metadata }));
      const [recorded, asSuch] = await bank({ store }).notificationLog.select();
      assert.deepEqual(asSuch?.metadata, metadata);
      expect(JSON.stringify(recorded?.metadata)).toBe('{"user":"Ada","__proto__":{"admin":true},"constructor":1}');
      expect(Object.getPrototypeOf(recorded?.metadata)).toBe(Object.prototype);
    });

    test.each(refused)('%s is refused, with its place', async (_, content, place) => {
      const store = await createStore();
      const app = bank({ store });
      const errors = [
        errorOf(() => new Safe(content)),
        errorOf(() => recordAs({ metadata: { content } }, () => new Safe(1))),
        await rejectionOf(app.save(filled({ payload: { content } }))),
        await rejectionOf(app.save(filled({ metadata: { content } }))),
        await rejectionOf(app.events.put([filled({ payload: { content } })])),
      ];
      for (const error of errors) {
        expect(error).toBeInstanceOf(PayloadError);
        if (place === '') expect(error.message).toContain('nested more than 1000 levels deep');
        else expect(error).toMatchObject({ path: `content${place}` });
        expect(error.message.length).toBeLessThan(600);
      }
      expect(await app.notificationLog.select()).toEqual([]);
    });

    test('bytes of any length come back, and become bytes like any other', async () => {
      const app = bank({ store: await createStore() });
      const safe = new Safe([Buffer.from('abc'), new Uint8Array(100_000).fill(7).subarray(1)]);
      await app.save(safe);
      const { content } = await app.repository.get(Safe, safe.id);
      assert.deepEqual(content, [new Uint8Array([97, 98, 99]), new Uint8Array(99_999).fill(7)]);
    });

    test.each<[string, object, RegExp]>([
      [
        'a list for a payload',
        { payload: [] },
        /needs a payload that is an object of its fields \(content\), not an array/,
      ],
      ['a map for a payload', { payload: new Map() }, /payload .* not a Map/],
      ['no payload', { payload: null }, /payload .* not null/],
      [
        'an unknown field',
        { payload: { content: 1, colour: 2 } },
        /the field colour .* fields are: content\. Leave it out/,
      ],
      ['a number for metadata', { metadata: 5 }, /metadata .* must be an object of named fields.* not 5/],
      ['null for metadata', { metadata: null }, /metadata .* not null/],
      ['a list for metadata', { metadata: [] }, /metadata .* not an array/],
      ['garbage for a time', { timestamp: 'garbage' }, /timestamp in UTC .* not "garbage"/],
      ['another time zone', { timestamp: '2026-11-21T09:30:00.000+01:00' }, /timestamp/],
      ['a day that is none', { timestamp: '2026-02-30T09:30:00.000Z' }, /timestamp/],
      ['a Date for a time', { timestamp: new Date(0) }, /timestamp .* not a Date/],
      ['a broken version', { version: 1.5 }, /version that is a whole number/],
      ['a version of text', { version: '1' }, /version that is a whole number/],
      ['a first event that is not the first', { version: 2 }, /begins an aggregate, so its version must be 1/],
      ['a version before the first', { type: 'Safe.Filled', version: 0 }, /comes before version 1/],
      ['no type', { type: undefined }, /type of an event must be text/],
      ...IDS.map(([what, aggregateId]): [string, object, RegExp] => [
        `an id that is ${what}`,
        { aggregateId },
        /The aggregateId of the event Safe\.Built must be text/,
      ]),
    ])('an event as such with %s is refused', async (_, part, message) => {
      const app = bank({ store: await createStore() });
      for (const save of [() => app.save(new Safe(1), filled(part)), () => app.events.put([filled(part)])]) {
        const error = await rejectionOf(save());
        expect(error).toBeInstanceOf(ArgumentError);
        expect(error.message).toMatch(message);
      }
      expect(await app.notificationLog.select()).toEqual([]);
    });

    test('an event as such of an unknown type, and what is none at all, are refused', async () => {
      const app = bank({ store: await createStore() });
      expect((await rejectionOf(app.save(filled({ type: 'Safe.Stolen' })))).code).toBe('ES_TOPIC_UNKNOWN');
      for (const change of ['event', 5, {}, [], () => 1, Promise.resolve()]) {
        const error = await rejectionOf(Reflect.apply(app.save, app, [change]));
        expect(error.message).toMatch(/save takes aggregates and domain events/);
      }
    });

    test('an event as such is stored as it was when it was given', async () => {
      const app = bank({ store: await createStore() });
      const bytes = new Uint8Array([1, 2]);
      const made = { ...filled(), payload: { content: [bytes] } };
      const saving = app.save(made);
      made.payload.content.length = 0;
      bytes.fill(0);
      const [saved] = await saving;
      expect(saved?.payload).toEqual({ content: [new Uint8Array([1, 2])] });
      expect((await app.repository.get(Safe, 'safe')).content).toEqual([new Uint8Array([1, 2])]);
    });

    test('what is returned is nobody else’s', async () => {
      const store = await createStore();
      const fresh = () => [new Uint8Array([1, 2, 3]), new Map([['key', new Secret([4, 5])]])];
      const seen: DomainEvent[] = [];
      const snapshots = { when: (each: DomainEvent) => seen.push(each) > 0 };
      const app = bank({ store, snapshots, cache: { maxSize: 10 } });
      const other = bank({ store, snapshots: true });
      const intact = async () => {
        for (const each of [app, other]) {
          expect((await each.repository.get(Safe, 'safe')).content).toEqual(fresh());
          expect((await each.repository.get(Safe, 'safe', { version: 1 })).content).toEqual(fresh());
        }
      };

      const metadata = { token: new Uint8Array([9]) };
      const safe = recordAs({ id: 'safe', metadata }, () => new Safe(fresh()));
      spoil([safe.pendingEvents, metadata]);
      const [built] = await app.save(safe);
      expect(built?.payload.content).toEqual(fresh());
      expect(built?.metadata).toEqual({ token: new Uint8Array([9]) });
      spoil([built, seen]);
      await intact();
      safe.fill(fresh());
      const [first] = safe.pendingEvents;
      spoil(first);
      expect(safe.pendingEvents[0]?.payload.content).toEqual(fresh());
      spoil(await app.save(safe));
      await intact();
      spoil([await app.events.get('safe'), await app.notificationLog.select(), seen]);
      spoil(await app.takeSnapshot(Safe, 'safe'));
      await intact();
      spoil([await app.snapshots?.all('safe'), await app.takeSnapshot(Safe, 'safe', { version: 1 })]);
      spoil((await app.repository.get(Safe, 'safe')).content);
      await intact();
      // A snapshot that is taken now is of what is stored.
      expect((await app.takeSnapshot(Safe, 'safe')).state).toEqual({ content: fresh() });
      expect((await other.snapshots?.latest('safe'))?.state).toEqual({ content: fresh() });
    });

    test('events that were collected, and those that are replayed, are apart from the aggregate', async () => {
      const app = bank({ store: await createStore(), snapshots: true, cache: { maxSize: 10 } });
      const bytes = () => new Uint8Array([1, 2, 3]);
      const safe = new Safe(bytes());
      const collected = safe.collectEvents();
      const replayed = Safe.replay(collected);
      const mutated = collected.reduce<Safe | undefined>((before, each) => Safe.mutate(before, each), undefined);
      spoil(collected);
      for (const each of [safe, replayed, mutated]) {
        // To undo what a refused command did, the events are run again.
        expect(() => each?.force()).toThrow(RangeError);
        expect(each?.content).toEqual(bytes());
        expect(each && Safe.prototype.equals.call(each, safe)).toBe(true);
      }
      await app.save(filled({ payload: { content: bytes() } }));
      expect((await app.takeSnapshot(Safe, 'safe')).created.payload.content).toEqual(bytes());
    });

    test('the state of an immutable aggregate is nobody else’s', async () => {
      const app = bank({ store: await createStore(), cache: { maxSize: 10 } });
      const box = new Box(new Uint8Array([1, 2]));
      box.state.bytes.fill(0);
      await app.save(box);
      (await app.repository.get(Box, box.id)).state.bytes.fill(0);
      expect((await app.repository.get(Box, box.id)).state.bytes).toEqual(new Uint8Array([1, 2]));
    });

    test.each(IDS)('every look-up refuses an id that is %s', async (_, wrong) => {
      const app = bank({ store: await createStore(), snapshots: true, cache: { maxSize: 10 } });
      await app.save(filled({ aggregateId: 'a\ufffd' }), filled({ aggregateId: 'a' }));
      const id = wrong as string;
      const lookUps: readonly (() => unknown)[] = [
        () => app.repository.get(Safe, id),
        () => app.repository.get(Safe, id, { version: 1 }),
        () => app.repository.has(Safe, id),
        () => app.update(Safe, id, () => undefined),
        () => app.takeSnapshot(Safe, id),
        () => app.events.get(id),
        () => app.snapshots?.latest(id),
        () => app.snapshots?.all(id),
        async () => app.repository.evict(id),
      ];
      for (const lookUp of lookUps) {
        const error = await rejectionOf((async () => await lookUp())());
        expect([error.code, error.message]).toEqual([
          'ES_INVALID_ARGUMENT',
          expect.stringMatching(/^The id of an aggregate must be text/),
        ]);
      }
      if (id !== undefined) expect(errorOf(() => recordAs({ id }, () => new Safe(1))).code).toBe('ES_INVALID_ARGUMENT');
    });

    test('what the log is asked for is checked', async () => {
      const app = bank({ store: await createStore() });
      await app.save(new Safe(1));
      for (const topics of [['a\0'], ['\ud800'], [5], 'Safe.Built']) {
        const error = await rejectionOf(Reflect.apply(app.notificationLog.select, app.notificationLog, [{ topics }]));
        expect(error.code).toBe('ES_INVALID_ARGUMENT');
      }
      for (const options of [{ start: '1' }, { stop: null }, { start: {} }]) {
        const error = await rejectionOf(Reflect.apply(app.notificationLog.select, app.notificationLog, [options]));
        expect(error.code).toBe('ES_INVALID_ARGUMENT');
      }
    });

    /** What is left of an aggregate once a backup of its events was restored, with the snapshots that were taken later. */
    async function restored(store: Store, left: number, cache: ApplicationOptions['cache']) {
      const full = bank({ store, name: 'Whole', snapshots: { every: 2 } });
      const safe = recordAs({ id: 'safe', timestamp: '2026-01-01T00:00:00Z' }, () => new Safe(1));
      for (let n = 2; n <= 6; n++) recordAs({ timestamp: `2026-01-01T00:00:0${n}Z` }, () => safe.fill(n));
      await full.save(safe);
      const app = bank({ store, name: 'Restored', snapshots: true, cache });
      await store.recorder('Restored').insert(await store.recorder('Whole').select('safe', { lte: left }));
      for (const each of (await store.snapshotRecorder?.('Whole').select('safe')) ?? []) {
        await store.snapshotRecorder?.('Restored').put(each);
      }
      return app;
    }

    test.each([undefined, { maxSize: 10 }])(
      'a snapshot beyond the stored events is passed by (cache: %o)',
      async (cache) => {
        const store = await createStore();
        const app = await restored(store, 3, cache);
        for (let n = 0; n < 2; n++) {
          const safe = await app.repository.get(Safe, 'safe');
          expect([safe.version, safe.content]).toEqual([3, 3]);
        }
        expect((await app.repository.get(Safe, 'safe', { version: 5 })).version).toBe(3);
        // Another story than the one that the snapshots tell.
        for (let n = 4; n <= 7; n++) {
          await app.update(Safe, 'safe', (safe) =>
            recordAs({ timestamp: '2026-02-02T00:00:00Z' }, () => safe.fill(`new ${n}`)),
          );
          expect((await app.repository.get(Safe, 'safe')).content).toBe(`new ${n}`);
          expect((await app.repository.get(Safe, 'safe', { version: n })).content).toBe(`new ${n}`);
        }
        expect((await app.takeSnapshot(Safe, 'safe', { version: 6 })).state).toEqual({ content: 'new 6' });
        expect((await app.snapshots?.latest('safe'))?.state).toEqual({ content: 'new 6' });
      },
    );

    test('a snapshot of an aggregate that is not stored shows nothing', async () => {
      const app = await restored(await createStore(), 0, { maxSize: 10 });
      expect(await app.repository.has(Safe, 'safe')).toBe(false);
      expect((await rejectionOf(app.repository.get(Safe, 'safe'))).code).toBe('ES_AGGREGATE_NOT_FOUND');
    });

    test('what a cache holds beyond the stored events is passed by', async () => {
      const store = await createStore();
      const recorder = store.recorder('Bank');
      let left = Number.POSITIVE_INFINITY;
      const restoring: Store = {
        recorder: () => ({
          insert: (events) => recorder.insert(events),
          select: (id, options = {}) => recorder.select(id, { ...options, lte: Math.min(left, options.lte ?? left) }),
          selectNotifications: (options) => recorder.selectNotifications(options),
          maxNotificationId: () => recorder.maxNotificationId(),
        }),
      };
      const app = bank({ store: restoring, cache: { maxSize: 10 } });
      const safe = new Safe(1);
      safe.fill(2);
      safe.fill(3);
      await app.save(safe);
      expect((await app.repository.get(Safe, safe.id)).content).toBe(3);
      left = 2;
      expect((await app.repository.get(Safe, safe.id)).content).toBe(2);
    });

    test('a parameter that was renamed without an upcast is an error that says so', async () => {
      @event('Safe.Built', 'inside')
      class Renamed extends Aggregate {
        constructor(readonly inside: unknown) {
          super();
        }
      }
      class Later extends Application {
        static aggregates = [Renamed];
      }
      const store = await createStore();
      await bank({ store, name: 'Later' }).save(filled());
      const later = new Later({ store });
      const readings = [
        () => later.repository.get(Renamed, 'safe'),
        () => later.notificationLog.select(),
        () => later.events.get('safe'),
      ];
      for (const read of readings) {
        const error = await rejectionOf(read());
        expect(error).toMatchObject({ code: 'ES_UPCAST', aggregateId: 'safe', version: 1, topic: 'Safe.Built' });
        expect(error.message).toMatch(
          /Safe\.Built \(version 1 of safe\) was stored with content, .*today are: inside\. .*upcasts/,
        );
      }
    });

    test('a state may grow deeper than a snapshot can be, and is compared nevertheless', async () => {
      const app = bank({ store: await createStore(), snapshots: true, verify: true });
      const chain = new Chain();
      for (let n = 0; n < 20_000; n++) chain.extend();
      await app.save(chain);
      expect((await app.repository.get(Chain, chain.id)).equals(chain)).toBe(true);
      const error = await rejectionOf(app.takeSnapshot(Chain, chain.id));
      expect(error.code).toBe('ES_SNAPSHOT');
      expect(error.message).toMatch(/nested more than 1000 levels deep/);
      expect(error.message.length).toBeLessThan(600);
      const early = await app.takeSnapshot(Chain, chain.id, { version: 500 });
      expect(
        (await app.repository.get(Chain, chain.id, { version: 500 })).equals(
          Chain.replay(await app.events.get(chain.id, { lte: 500 })),
        ),
      ).toBe(true);
      expect(early.version).toBe(500);
    });

    test('130,000 pending events are saved at once, and as many are replayed', { timeout: 300_000 }, async () => {
      const app = bank({ store: await createStore() });
      const safe = new Safe(0);
      for (let n = 1; n < 130_000; n++) safe.fill(n);
      expect(await app.save(safe)).toHaveLength(130_000);
      expect((await app.repository.get(Safe, safe.id)).content).toBe(129_999);
    });
  });
}
