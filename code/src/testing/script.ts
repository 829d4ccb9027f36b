import {
  EventSourcingError,
  MemoryRecorder,
  type NotificationOptions,
  PositionConflictError,
  type Recorder,
  type SelectOptions,
  type StoredEvent,
  type Tracking,
  VersionConflictError,
} from '../index.ts';
import * as assert from './assertion.ts';
import { createOne, type RecorderCase, type RecorderUnderTest } from './subject.ts';

type FastCheck = typeof import('fast-check');

/** An event whose version depends on what the recorder has: mostly, but not always, it is the one that follows. */
export interface ScriptedEvent extends Omit<StoredEvent, 'version'> {
  /** The version, if nothing is stored of the aggregate. */
  readonly first: number;
  /** How far it is from the version before, in the same insert or stored; 1 if it follows. */
  readonly distance: number;
}

/** Where a follower starts depends on the position that the recorder has: mostly, but not always, it is that one. */
export interface ScriptedTracking extends Omit<Tracking, 'after' | 'position'> {
  /** How far the start is from the stored position; 0 if it is that one. */
  readonly offset: number;
  /** How far the new position is from the start. */
  readonly length: number;
}

/** One step of a script. Positions in it count events, and are turned into the ids that a recorder gave to them. */
export type Step =
  | {
      readonly do: 'insert';
      readonly events: readonly ScriptedEvent[];
      readonly tracking?: ScriptedTracking | undefined;
    }
  | { readonly do: 'select'; readonly aggregateId: string; readonly options: SelectOptions }
  | { readonly do: 'selectNotifications'; readonly options: NotificationOptions }
  | { readonly do: 'maxNotificationId' }
  | { readonly do: 'position' | 'parked'; readonly log: string };

const DEFAULT_RUNS = 50;
/** Recorders give plain objects back, which are not equal to objects without a prototype. */
const PLAIN = { noNullPrototype: true } as const;

/** Random scripts, to which the recorder must answer what the recorder in memory answers. */
export function scriptCases(subject: RecorderUnderTest): readonly RecorderCase[] {
  return [
    {
      name: 'random scripts get the same answers as in memory',
      async run() {
        const fc = await import('fast-check');
        const { runs = DEFAULT_RUNS, seed, keepsPositions = false } = subject;
        const property = fc.asyncProperty(scripts(fc, keepsPositions), async (script) => {
          const [tested, model] = [new Actor(await createOne(subject)), new Actor(new MemoryRecorder())];
          for (const [index, step] of script.entries()) {
            const expected = await model.answer(step);
            assert.deepEqual(
              await tested.answer(step),
              expected,
              `Step ${index + 1} of the script was answered otherwise.`,
            );
          }
        });
        await fc.assert(property, { numRuns: runs, ...(seed === undefined ? {} : { seed }) });
      },
    },
  ];
}

/** Runs steps on one recorder. Recorders may leave gaps between ids, so events are counted instead. */
export class Actor {
  readonly #recorder: Recorder;
  readonly #ids: number[] = [];
  /** The last version of each aggregate. */
  #versions: ReadonlyMap<string, number> = new Map();
  /** The position in each log that is followed. */
  readonly #positions = new Map<string, number>();

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  async answer(step: Step): Promise<unknown> {
    try {
      switch (step.do) {
        case 'insert': {
          const versions = new Map(this.#versions);
          const events = step.events.map(({ first, distance, ...event }) => {
            const before = versions.get(event.aggregateId);
            const version = before === undefined ? first : Math.max(0, before + distance);
            versions.set(event.aggregateId, version);
            return { ...event, version };
          });
          const tracking = step.tracking && this.#tracking(step.tracking);
          const ids = await this.#recorder.insert(events, tracking);
          this.#versions = versions;
          if (tracking !== undefined && !tracking.wasParked) this.#positions.set(tracking.log, tracking.position);
          for (const id of ids) assert.ok(id > (this.#ids.at(-1) ?? 0), `The id ${id} is not greater than all before.`);
          for (const id of ids) this.#ids.push(id);
          return ids.map((id) => this.#place(id));
        }
        case 'select':
          return await this.#recorder.select(step.aggregateId, step.options);
        case 'selectNotifications': {
          const { start, stop } = step.options;
          const options = { ...step.options, start: this.#id(start), stop: this.#id(stop) };
          const found = await this.#recorder.selectNotifications(options);
          return found.map((notification) => ({ ...notification, id: this.#place(notification.id) }));
        }
        case 'maxNotificationId':
          return this.#place(await this.#recorder.maxNotificationId());
        case 'position':
          return await this.#recorder.position?.(step.log);
        case 'parked':
          return await this.#recorder.parked?.(step.log);
      }
    } catch (error) {
      if (!(error instanceof EventSourcingError)) throw error;
      return [error.code, ...conflicting(error)];
    }
  }

  #tracking({ offset, length, ...tracking }: ScriptedTracking): Tracking {
    const after = (this.#positions.get(tracking.log) ?? 0) + offset;
    return { ...tracking, after, position: after + length };
  }

  #place(id: number): number {
    return this.#ids.indexOf(id) + 1;
  }

  #id(place: number | undefined): number | undefined {
    if (place === undefined || !Number.isFinite(place) || place < 1) return place;
    const whole = Math.floor(place);
    const id = this.#ids[whole - 1] ?? (this.#ids.at(-1) ?? 0) + whole - this.#ids.length;
    return id + place - whole;
  }
}

function conflicting(error: EventSourcingError): readonly unknown[] {
  if (error instanceof VersionConflictError) return [error.aggregateId, error.version, error.foundVersion];
  return error instanceof PositionConflictError ? [error.log, error.position, error.foundPosition] : [];
}

/** Random scripts, with what lies at the edges: bounds that are no positions, and limits that are none. */
export function scripts(fc: FastCheck, keepsPositions: boolean) {
  const aggregateId = fc.constantFrom('a', 'b', 'A', 'Ünï/犬 "\'\\%_');
  /** Which are refused, before a database has to deal with them. */
  const oddId = fc.constantFrom('a\0', '\ud800', 'b\udc00');
  const topic = fc.constantFrom('Dog.Registered', 'Dog.TrickAdded', 'Hund.Geschlüpft');
  const first = fc.nat({ max: 5 });
  const distance = fc.oneof(
    { weight: 9, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.integer({ min: -2, max: 3 }) },
  );
  const edge = fc.constantFrom(0.5, 2.5, Number.MAX_SAFE_INTEGER, 1e300, -1e300, Infinity, -Infinity, Number.NaN);
  const bound = fc.option(
    fc.oneof({ weight: 5, arbitrary: fc.integer({ min: -2, max: 8 }) }, { weight: 1, arbitrary: edge }),
    { nil: undefined },
  );
  const limit = fc.option(fc.integer({ min: -1, max: 4 }), { nil: undefined, freq: 4 });
  const event = fc.record(
    {
      aggregateId: fc.oneof({ weight: 30, arbitrary: aggregateId }, { weight: 1, arbitrary: oddId }),
      first,
      distance,
      topic,
      state: fc.uint8Array({ maxLength: 20 }),
    },
    PLAIN,
  );
  const log = fc.constantFrom('Dogs', 'dogs');
  const tracked = {
    log: fc.oneof({ weight: 30, arbitrary: log }, { weight: 1, arbitrary: oddId }),
    length: fc.oneof(
      { weight: 30, arbitrary: fc.integer({ min: 1, max: 3 }) },
      { weight: 1, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: edge },
    ),
    parked: fc.option(fc.constantFrom('', 'a reason', 'Ünï/犬'), { nil: undefined }),
  };
  const anywhere = fc.integer({ min: -4, max: 3 });
  const start = fc.oneof(
    { weight: 9, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: anywhere },
    { weight: 1, arbitrary: edge },
  );
  const tracking: import('fast-check').Arbitrary<ScriptedTracking> = fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({ ...tracked, offset: start }, { ...PLAIN, requiredKeys: ['log', 'offset', 'length'] }),
    },
    {
      weight: 1,
      arbitrary: fc.record(
        {
          ...tracked,
          offset: anywhere,
          parked: fc.option(tracked.parked, { nil: undefined, freq: 1 }),
          wasParked: fc.constant(true),
        },
        { ...PLAIN, requiredKeys: ['log', 'offset', 'length', 'wasParked'] },
      ),
    },
  );
  const events = fc.array(event, { maxLength: 4 });
  const followed: import('fast-check').Arbitrary<Step> = fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('insert' as const), events, tracking }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('position' as const, 'parked' as const), log }) },
  );
  const step: import('fast-check').Arbitrary<Step> = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('insert' as const), events }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('select' as const),
        aggregateId,
        options: fc.record({ gt: bound, lte: bound, desc: fc.boolean(), limit }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('selectNotifications' as const),
        options: fc.record({
          start: bound,
          stop: bound,
          limit,
          topics: fc.option(fc.subarray(['Dog.Registered', 'Dog.TrickAdded', 'None']), { nil: undefined }),
        }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('maxNotificationId' as const) }) },
    { weight: keepsPositions ? 4 : 0, arbitrary: followed },
  );
  return fc.array(step, { minLength: 1, maxLength: 30 });
}
