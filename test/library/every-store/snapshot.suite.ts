import {
  Aggregate,
  AggregateNotFoundError,
  Application,
  type DomainEvent,
  decider,
  event,
  memory,
  recordAs,
  recorded,
  type SelectOptions,
  SnapshotError,
  type SnapshotFunctions,
  type SnapshotOptions,
  type Store,
  type StoredSnapshot,
  transcoding,
} from 'eventsourcing';
import { zlib } from 'eventsourcing/compression';
import { aesGcm, createKey } from 'eventsourcing/crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Dog } from '../support/dog.ts';
import { errorOf, rejectionOf } from '../support/errors.ts';
import type { TestedStore } from './stores.ts';

class Money {
  constructor(readonly cents: bigint) {}
}
const money = transcoding(Money, {
  name: 'money',
  encode: ({ cents }) => cents,
  decode: (cents) => new Money(cents),
});

/** State of every kind that a snapshot has to hold. */
@event('Account.Opened', 'owner', 'at')
class Account extends Aggregate {
  static transcodings = [money];
  balance = new Money(0n);
  readonly entries: { text: string; cents: bigint; at: Date }[] = [];
  readonly byDay = new Map<string, number>();
  readonly tags = new Set<string>();
  note: string | undefined;
  closedAt: Date | null = null;
  // What is made of the object, and is no data.
  readonly describe = () => `${this.owner}: ${this.balance.cents}`;
  constructor(
    readonly owner: string,
    readonly openedAt: Date,
  ) {
    super();
  }
  @event('Booked', 'text', 'amount', 'at')
  book(text: string, amount: Money, at: Date) {
    this.balance = new Money(this.balance.cents + amount.cents);
    this.entries.push({ text, cents: amount.cents, at });
    const day = at.toISOString().slice(0, 10);
    this.byDay.set(day, (this.byDay.get(day) ?? 0) + 1);
  }
  @event('Tagged', 'tag')
  tag(tag: string) {
    this.tags.add(tag);
    this.note = this.note === undefined ? tag : undefined;
  }
  @event('Closed', 'at')
  close(at: Date) {
    this.closedAt = at;
    this.entries.length = 0;
  }
}

@event('Page.Written')
class Page extends Aggregate {
  lines = 0;
  @event('LineAdded')
  addLine() {
    this.lines += 1;
  }
  @event('Discarded')
  discard() {
    this.markDiscarded();
  }
  @event('Failed')
  fail() {
    this.lines = -1;
    throw new Error('failed');
  }
}

class Bank extends Application {
  static aggregates = [Account, Page, Dog];
}

const Started = event('Tally.Started');
const Counted = event.of<{ amount: number }>()('Counted', 'amount');

interface TallyState {
  readonly amounts: readonly number[];
}

/** State that is replaced and never changed. */
const Tally = decider<TallyState>()({
  events: [Started, Counted],
  evolve: {
    Started: () => ({ amounts: [] }),
    Counted: ({ amounts }, { amount }) => ({ amounts: [...amounts, amount] }),
  },
  create: () => Started(),
  decide: { count: (_, amount: number) => Counted({ amount }) },
});

function applicationOf(...aggregates: readonly unknown[]) {
  return class Notes extends Application {
    static aggregates = aggregates;
  };
}

/** A page of this many events. */
function pageOf(events: number): Page {
  const page = new Page();
  for (let n = 1; n < events; n++) page.addLine();
  return page;
}

async function versionsOf(bank: Application, id: string): Promise<number[] | undefined> {
  return (await bank.snapshots?.all(id))?.map((snapshot) => snapshot.version);
}

/** A store on another one, which counts and can fail. */
function watched(store: Store) {
  const seen = { events: 0, snapshots: 0, selected: [] as (SelectOptions | undefined)[], fails: false };
  const watching: Store = {
    recorder(name) {
      const recorder = store.recorder(name);
      return {
        insert: (events) => recorder.insert(events),
        async select(id, options) {
          const events = await recorder.select(id, options);
          seen.events += events.length;
          seen.selected.push(options);
          return events;
        },
        selectNotifications: (options) => recorder.selectNotifications(options),
        maxNotificationId: () => recorder.maxNotificationId(),
      };
    },
    snapshotRecorder(name) {
      const recorder = store.snapshotRecorder?.(name);
      if (recorder === undefined) throw new Error('This store keeps no snapshots.');
      return {
        async put(snapshot) {
          if (seen.fails) throw new Error('disk full');
          await recorder.put(snapshot);
        },
        async select(id, options) {
          const snapshots = await recorder.select(id, options);
          seen.snapshots += snapshots.length;
          return snapshots;
        },
      };
    },
  };
  return { store: watching, seen };
}

/** What must hold for snapshots on every store. */
export function snapshotSuite({ name, open: createStore }: TestedStore): void {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  describe(`the ${name} recorder of snapshots`, () => {
    const stored = (aggregateId: string, version: number, text = `v${version}`): StoredSnapshot => ({
      aggregateId,
      version,
      topic: 'Dog',
      state: Uint8Array.from(new TextEncoder().encode(text)),
    });
    const created = async () => {
      const recorder = (await createStore()).snapshotRecorder?.('Kennel');
      if (recorder === undefined) throw new Error('The store keeps no snapshots.');
      return recorder;
    };

    test('selects by version, within bounds', async () => {
      const recorder = await created();
      for (const version of [4, 2, 8, 6]) await recorder.put(stored('a', version));
      await recorder.put(stored('b', 3));
      const versions = async (options?: SelectOptions, id = 'a') =>
        (await recorder.select(id, options)).map((snapshot) => snapshot.version);
      expect(await versions()).toEqual([2, 4, 6, 8]);
      expect(await versions({ lte: 7, desc: true, limit: 1 })).toEqual([6]);
      expect(await versions({ lte: 1, desc: true, limit: 1 })).toEqual([]);
      expect(await versions({ desc: true, limit: 1 })).toEqual([8]);
      expect(await versions({ gt: 2, lte: 6 })).toEqual([4, 6]);
      expect(await versions({ limit: 0 })).toEqual([]);
      expect(await versions({}, 'b')).toEqual([3]);
      expect(await versions({}, 'c')).toEqual([]);
      expect(await recorder.select('b')).toEqual([stored('b', 3)]);
    });

    test('the same version again takes the place of what was there', async () => {
      const recorder = await created();
      await recorder.put(stored('a', 2, 'first'));
      await recorder.put({ ...stored('a', 2, 'second'), topic: 'Hound' });
      expect(await recorder.select('a')).toEqual([{ ...stored('a', 2, 'second'), topic: 'Hound' }]);
    });

    test('keeps those of several applications apart', async () => {
      const store = await createStore();
      await store.snapshotRecorder?.('north').put(stored('a', 1));
      expect(await store.snapshotRecorder?.('south').select('a')).toEqual([]);
      expect(await store.snapshotRecorder?.('north').select('a')).toHaveLength(1);
    });
  });

  describe(`snapshots on ${name}`, () => {
    test('where they are off, taking one is an error that says how to switch them on', async () => {
      const bank = new Bank({ store: await createStore() });
      const page = pageOf(3);
      await bank.save(page);
      const error = await rejectionOf(bank.takeSnapshot(Page, page.id));
      expect(error).toBeInstanceOf(SnapshotError);
      expect(error).toMatchObject({ code: 'ES_SNAPSHOTS_OFF', aggregateId: page.id });
      expect(error.message).toMatch(/snapshots: true .*every: 50 .*when: /);
      expect(bank.snapshots).toBeUndefined();
    });

    test('are taken by hand, at any version', async () => {
      const { store, seen } = watched(await createStore());
      const bank = new Bank({ store, snapshots: true });
      const page = pageOf(10);
      await bank.save(page);
      expect(await versionsOf(bank, page.id)).toEqual([]);
      const fourth = await bank.takeSnapshot(Page, page.id, { version: 4 });
      expect(fourth).toEqual({
        topic: 'Page',
        aggregateId: page.id,
        version: 4,
        modifiedAt: page.pendingEvents[3]?.timestamp ?? fourth.modifiedAt,
        created: (await bank.events.get(page.id, { limit: 1 }))[0],
        fields: ['lines'],
        state: { lines: 3 },
      });
      expect((await bank.takeSnapshot(Page, page.id)).version).toBe(10);
      expect((await bank.takeSnapshot(Page, page.id, { version: 99 })).version).toBe(10);
      expect(await versionsOf(bank, page.id)).toEqual([4, 10]);
      seen.events = 0;
      expect((await bank.repository.get(Page, page.id)).equals(page)).toBe(true);
      expect(seen.events).toBe(1);
      expect((await bank.repository.get(Page, page.id, { version: 6 })).lines).toBe(5);
      expect(seen.events).toBe(4);
      const unknown = await rejectionOf(bank.takeSnapshot(Page, 'unknown'));
      expect(unknown).toBeInstanceOf(AggregateNotFoundError);
      expect(await rejectionOf(bank.takeSnapshot(Page, page.id, { version: 0 }))).toBeInstanceOf(
        AggregateNotFoundError,
      );
    });

    test('at an interval, of the aggregates that are named', async () => {
      const bank = new Bank({ store: await createStore(), snapshots: { every: { Page: 5 } } });
      const page = new Page();
      await bank.save(page);
      for (let n = 1; n < 13; n++) await bank.update(Page, page.id, (each) => each.addLine());
      const dog = new Dog('Fido');
      for (let n = 1; n < 13; n++) dog.addTrick(`trick ${n}`);
      await bank.save(dog);
      expect(await versionsOf(bank, page.id)).toEqual([5, 10]);
      expect(await versionsOf(bank, dog.id)).toEqual([]);
      expect((await bank.repository.get(Page, page.id)).lines).toBe(12);
    });

    test('one save of several events has a snapshot at each version that is due', async () => {
      const bank = new Bank({ store: await createStore(), snapshots: { every: 2 } });
      const [page, dog] = [pageOf(6), new Dog('Fido')];
      dog.addTrick('sit');
      expect(await bank.save(page, dog)).toHaveLength(8);
      expect(await versionsOf(bank, page.id)).toEqual([2, 4, 6]);
      expect(await versionsOf(bank, dog.id)).toEqual([2]);
      expect((await bank.snapshots?.latest(page.id, 5))?.state).toEqual({ lines: 3 });
    });

    test('by a rule of one’s own', async () => {
      const asked: DomainEvent[] = [];
      const when: SnapshotOptions['when'] = (each) => {
        asked.push(each);
        return each.type === 'Dog.TrickAdded' && each.payload.trick === 'sit';
      };
      const bank = new Bank({ store: await createStore(), snapshots: { when } });
      const dog = new Dog('Fido');
      for (const trick of ['roll over', 'sit', 'bark']) dog.addTrick(trick);
      await bank.save(dog);
      expect(await versionsOf(bank, dog.id)).toEqual([3]);
      expect(asked.map((each) => each.version)).toEqual([1, 2, 3, 4]);
    });

    test('reading at a version begins at the latest snapshot up to it', async () => {
      const { store, seen } = watched(await createStore());
      const bank = new Bank({ store, snapshots: { every: 2 } });
      const page = pageOf(5);
      await bank.save(page);
      seen.selected.length = 0;
      const third = await bank.repository.get(Page, page.id, { version: 3 });
      expect([third.version, third.lines]).toEqual([3, 2]);
      expect(seen.selected).toEqual([{ gt: 1, lte: 3 }]);
      expect(third.equals(await new Bank({ store }).repository.get(Page, page.id, { version: 3 }))).toBe(true);
    });

    test('with and without snapshots, an aggregate is the same at every version', async () => {
      const step = fc.oneof(
        fc.record({ kind: fc.constant('book'), text: fc.string(), cents: fc.bigInt(-5n, 5n) }),
        fc.record({ kind: fc.constant('tag'), text: fc.string({ maxLength: 2 }), cents: fc.constant(0n) }),
        fc.record({ kind: fc.constant('close'), text: fc.constant(''), cents: fc.constant(0n) }),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: 12 }),
          fc.integer({ min: 1, max: 4 }),
          fc.boolean(),
          async (steps, every, cached) => {
            const store = await createStore();
            const bank = new Bank({ store, snapshots: { every }, ...(cached && { cache: { maxSize: 2 } }) });
            const plain = new Bank({ store });
            const account = new Account('Ann', new Date(0));
            await bank.save(account);
            for (const [index, { kind, text, cents }] of steps.entries()) {
              await bank.update(Account, account.id, (each) => {
                if (kind === 'book') each.book(text, new Money(cents), new Date(index * 40_000_000));
                else if (kind === 'tag') each.tag(text);
                else each.close(new Date(index));
              });
            }
            for (let version = 1; version <= steps.length + 2; version++) {
              const options = version > steps.length + 1 ? {} : { version };
              const [one, other] = await Promise.all([
                bank.repository.get(Account, account.id, options),
                plain.repository.get(Account, account.id, options),
              ]);
              expect([one.createdAt, one.modifiedAt]).toEqual([other.createdAt, other.modifiedAt]);
              expect({ ...one, describe: 0 }).toEqual({ ...other, describe: 0 });
              expect(one.describe()).toBe(other.describe());
              expect(Object.keys(one)).toEqual(Object.keys(other));
            }
          },
        ),
        { numRuns: 25 },
      );
    });

    test('the same version twice is the same snapshot', async () => {
      const bank = new Bank({ store: await createStore(), snapshots: true });
      const page = pageOf(3);
      await bank.save(page);
      expect(await bank.takeSnapshot(Page, page.id)).toEqual(await bank.takeSnapshot(Page, page.id));
      expect(await versionsOf(bank, page.id)).toEqual([3]);
    });

    test('a save does not fail with the snapshot after it', async () => {
      const { store, seen } = watched(await createStore());
      const errors: SnapshotError[] = [];
      const bank = new Bank({ store, snapshots: { every: 2, onError: (error) => errors.push(error) } });
      const page = pageOf(5);
      seen.fails = true;
      expect(await bank.save(page)).toHaveLength(5);
      expect(page.pendingEvents).toEqual([]);
      expect(errors.map(({ code, aggregateId, version }) => [code, aggregateId, version])).toEqual([
        ['ES_SNAPSHOT', page.id, 2],
        ['ES_SNAPSHOT', page.id, 4],
      ]);
      expect(errors[0]?.message).toMatch(/is stored; the snapshot .* disk full$/);
      expect(errors[0]?.cause).toMatchObject({ message: 'disk full' });
      seen.fails = false;
      page.addLine();
      await bank.save(page);
      expect(await versionsOf(bank, page.id)).toEqual([6]);
    });

    test('unless told where to, failures are reported on the console', async () => {
      const { store, seen } = watched(await createStore());
      const written = vi.spyOn(console, 'error').mockImplementation(() => undefined);
      seen.fails = true;
      const silent = new Bank({ store, snapshots: { every: 1 } });
      expect(await silent.save(new Page())).toHaveLength(1);
      expect(written.mock.calls[0]?.[0]).toBeInstanceOf(SnapshotError);
      const fail = () => {
        throw new Error('and that failed too');
      };
      expect(await new Bank({ store, snapshots: { every: 1, onError: fail } }).save(new Page())).toHaveLength(1);
      expect(await new Bank({ store, snapshots: { when: fail } }).save(new Page())).toHaveLength(1);
      expect(written).toHaveBeenCalledTimes(3);
    });

    test('a snapshot is of what is stored, whatever became of the object', async () => {
      const bank = new Bank({ store: await createStore(), snapshots: { every: 3 } });
      const page = pageOf(2);
      await bank.save(page);
      page.addLine();
      page.lines = 99;
      const saving = bank.save(page);
      page.addLine();
      await saving;
      expect(await versionsOf(bank, page.id)).toEqual([3]);
      const [snapshot] = (await bank.snapshots?.all(page.id)) ?? [];
      expect(snapshot?.state).toEqual({ lines: 2 });
      expect(page.pendingEvents).toHaveLength(1);
      expect((await bank.repository.get(Page, page.id)).pendingEvents).toEqual([]);
      expect(Object.isFrozen(snapshot?.state)).toBe(true);
    });

    test('a snapshot of an immutable aggregate is its state, and replay goes on from it', async () => {
      const { store, seen } = watched(await createStore());
      const tallies = new (applicationOf(Tally))({ store, snapshots: { every: 3 } });
      const tally = new Tally();
      for (const amount of [1, 2, 3]) tally.count(amount);
      await tallies.save(tally);
      expect((await tallies.snapshots?.latest(tally.id))?.state).toEqual({ amounts: [1, 2] });
      seen.events = 0;
      const copy = await tallies.repository.get(Tally, tally.id);
      expect([copy.state, seen.events]).toEqual([{ amounts: [1, 2, 3] }, 2]);
      expect(Object.isFrozen(copy.state.amounts)).toBe(true);
      expect(copy.equals(tally)).toBe(true);
      copy.count(4);
      await tallies.save(copy);
      const plain = await new (applicationOf(Tally))({ store }).repository.get(Tally, tally.id);
      expect(plain.state).toEqual({ amounts: [1, 2, 3, 4] });
    });

    test('an aggregate that was read from a snapshot works like any other', async () => {
      const bank = new Bank({ store: await createStore(), snapshots: { every: 2 }, verify: true });
      const page = recordAs({ timestamp: new Date(0) }, () => new Page());
      page.addLine();
      page.addLine();
      await bank.save(page);
      const copy = await bank.repository.get(Page, page.id);
      expect(copy.createdAt).toEqual(new Date(0));
      expect(copy.modifiedAt).toEqual(page.modifiedAt);
      expect(() => copy.fail()).toThrow('failed');
      expect([copy.lines, copy.version]).toEqual([2, 3]);
      copy.addLine();
      expect(() => copy.fail()).toThrow('failed');
      expect([copy.lines, copy.version]).toEqual([3, 4]);
      await bank.save(copy);
      expect((await bank.repository.get(Page, page.id)).equals(copy)).toBe(true);
      copy.lines = 7;
      copy.addLine();
      expect((await rejectionOf(bank.save(copy))).code).toBe('ES_UNRECORDED_CHANGE');
    });

    test('a discarded aggregate has no snapshot from then on, and is not found', async () => {
      const bank = new Bank({ store: await createStore(), snapshots: { every: 1, onError: fails } });
      const page = pageOf(2);
      page.discard();
      await bank.save(page);
      expect(await versionsOf(bank, page.id)).toEqual([1, 2]);
      expect(await rejectionOf(bank.repository.get(Page, page.id))).toBeInstanceOf(AggregateNotFoundError);
      expect(await rejectionOf(bank.takeSnapshot(Page, page.id))).toBeInstanceOf(AggregateNotFoundError);
      expect((await bank.repository.get(Page, page.id, { version: 2 })).lines).toBe(1);
    });

    test('a snapshot of a former version of the class goes through its upcasts', async () => {
      const { store, seen } = watched(await createStore());
      const options = { store, name: 'notes', snapshots: true };
      const made = (payload: { a: string }) => ({ aa: payload.a.toUpperCase(), b: 0 });
      @event('Note.Made', 'a')
      class V1 extends Aggregate {
        touched = 0;
        constructor(readonly a: string) {
          super();
        }
        @event('Touched')
        touch() {
          this.touched += 1;
        }
      }
      const note = new V1('text');
      note.touch();
      const first = new (applicationOf(V1))(options);
      await first.save(note);
      await first.takeSnapshot(V1, note.id);

      const toV2 = ({ a, ...rest }: { a: string }) => ({ ...rest, aa: a.toUpperCase(), b: 0 });
      const toV3 = (v2: object) => ({ ...v2, c: [] });
      const toV4 = (v3: object) => ({ ...v3, d: undefined });
      const Made = event('Note.Made', 'aa', 'b').upcasts([made]);
      @Made
      class V4 extends Aggregate {
        static upcasts = [toV2, toV3, toV4];
        touched = 0;
        c: string[] = [];
        d: string | undefined;
        constructor(
          readonly aa: string,
          readonly b: number,
        ) {
          super();
        }
        @event('Touched')
        touch() {
          this.touched += 1;
        }
      }
      const fourth = new (applicationOf(V4))(options);
      seen.events = 0;
      const read = await fourth.repository.get(V4, note.id);
      expect({ ...read }).toEqual({ id: note.id, version: 2, aa: 'TEXT', b: 0, c: [], d: undefined, touched: 1 });
      expect(seen.events).toBe(1);
      expect(read.equals(await new (applicationOf(V4))({ store, name: 'notes' }).repository.get(V4, note.id))).toBe(
        true,
      );

      // Case 70: taken again, it has the version of today, and older code passes it by.
      read.touch();
      await fourth.save(read);
      await fourth.takeSnapshot(V4, note.id, { version: 2 });
      await fourth.takeSnapshot(V4, note.id);
      for (const each of (await store.snapshotRecorder?.('notes').select(note.id)) ?? []) {
        expect(JSON.parse(new TextDecoder().decode(each.state))).toMatchObject({
          classVersion: 4,
          created: { eventVersion: 2, payload: { aa: 'TEXT', b: 0 } },
          state: { aa: 'TEXT', b: 0, c: [] },
          undefined: ['d'],
        });
      }
      expect(await fourth.repository.get(V4, note.id)).toMatchObject({ touched: 2, version: 3 });

      @Made
      class V3 extends Aggregate {
        static upcasts = [toV2, toV3];
        touched = 0;
        c: string[] = [];
        constructor(
          readonly aa: string,
          readonly b: number,
        ) {
          super();
        }
        @event('Touched')
        touch() {
          this.touched += 1;
        }
      }
      seen.events = 0;
      const third = await new (applicationOf(V3))(options).repository.get(V3, note.id);
      expect({ ...third }).toEqual({ id: note.id, version: 3, aa: 'TEXT', b: 0, c: [], touched: 2 });
      expect(seen.events).toBe(3);
    });

    test('a snapshot of other fields is passed by, with and without a cache', async () => {
      const store = await createStore();
      const page = pageOf(4);
      const options = { store, name: 'pages', snapshots: true };
      await new (applicationOf(Page))(options).save(page);
      await new (applicationOf(Page))(options).takeSnapshot(Page, page.id);
      @event('Page.Written')
      class Counted extends Aggregate {
        lines = 0;
        additions: number[] = [];
        @event('LineAdded')
        addLine() {
          this.lines += 1;
          this.additions.push(this.lines);
        }
      }
      for (const more of [{}, { cache: { maxSize: 1 } }]) {
        const pages = new (applicationOf(Counted))({ ...options, ...more });
        for (let n = 0; n < 2; n++) {
          const read = await pages.repository.get(Counted, page.id);
          expect(read.additions).toEqual([1, 2, 3]);
        }
        expect((await pages.repository.get(Counted, page.id, { version: 3 })).additions).toEqual([1, 2]);
      }
    });

    test('a snapshot is found under the topic of today', async () => {
      const { store, seen } = watched(await createStore());
      const page = pageOf(3);
      const old = new (applicationOf(Page))({ store, name: 'pages', snapshots: true });
      await old.save(page);
      await old.takeSnapshot(Page, page.id);
      @event('Sheet.Written')
      class Sheet extends Aggregate {
        lines = 0;
        @event('LineAdded')
        addLine() {
          this.lines += 1;
        }
      }
      class Sheets extends Application {
        static aggregates = [Sheet];
        static aliases = { Page: 'Sheet' };
      }
      seen.events = 0;
      const sheets = new Sheets({ store, name: 'pages', snapshots: true });
      expect((await sheets.repository.get(Sheet, page.id)).lines).toBe(2);
      expect(seen.events).toBe(1);
      expect((await sheets.snapshots?.latest(page.id))?.topic).toBe('Sheet');
    });

    test('#private fields need functions, and their lack is found', async () => {
      const store = await createStore();
      const Safe = recorded(
        class Safe extends Aggregate {
          readonly #content: string[] = [];
          fill(thing: string) {
            this.#content.push(thing);
          }
        },
        { new: event('Safe.Built'), fill: event('Filled', 'thing') },
      );
      // The compiler turns the #private fields of a decorated class into entries of a WeakMap.
      @event('Chest.Built')
      class Chest extends Aggregate {
        readonly #content: string[] = [];
        @event('Filled', 'thing')
        fill(thing: string) {
          this.#content.push(thing);
        }
      }
      @event('Vault.Built')
      class Vault extends Aggregate {
        static snapshot: SnapshotFunctions<Vault, { content: string[] }> = {
          to: (vault) => ({ content: vault.#content }),
          from: (vault, { content }) => {
            vault.#content = content;
          },
        };
        #content: string[] = [];
        @event('Filled', 'thing')
        fill(thing: string) {
          this.#content.push(thing);
        }
        get content() {
          return [...this.#content];
        }
      }
      const refused = errorOf(() => new (applicationOf(Safe, Vault))({ store, snapshots: { every: 2 } }));
      expect(refused.code).toBe('ES_SNAPSHOT');
      expect(refused.message).toMatch(/of Safe .*class Safe has #private fields.*static snapshot/);
      const application = new (applicationOf(Safe, Chest, Vault))({ store, snapshots: { every: { Vault: 2 } } });
      const [safe, chest, vault] = [new Safe(), new Chest(), new Vault()];
      for (const each of [safe, chest, vault]) for (const thing of ['gold', 'ring', 'map']) each.fill(thing);
      await application.save(safe, chest, vault);
      expect((await rejectionOf(application.takeSnapshot(Chest, chest.id))).message).toMatch(/Chest has #private/);
      expect(await rejectionOf(application.takeSnapshot(Safe, safe.id))).toMatchObject({
        code: 'ES_SNAPSHOT',
        aggregateId: safe.id,
        version: 4,
      });
      expect(await versionsOf(application, vault.id)).toEqual([2, 4]);
      const copy = await application.repository.get(Vault, vault.id);
      expect(copy.content).toEqual(['gold', 'ring', 'map']);
      copy.fill('key');
      expect((await application.repository.get(Vault, vault.id)).content).toEqual(['gold', 'ring', 'map']);
      expect((await application.snapshots?.latest(vault.id))?.state).toEqual({ content: ['gold', 'ring', 'map'] });
    });

    test('state that is more than data is refused, with the reason', async () => {
      class Helper {
        count = 0;
      }
      @event('Odd.Made', 'kind')
      class Odd extends Aggregate {
        value: unknown;
        other: unknown;
        constructor(readonly kind: string) {
          super();
        }
        @event('Set')
        set() {
          if (this.kind === 'helper') this.value = new Helper();
          if (this.kind === 'function') this.value = () => 1;
          if (this.kind === 'shared') this.value = this.other = { deep: [] };
          if (this.kind === 'nested') this.value = { list: [1, { bad: undefined }] };
          if (this.kind === 'symbol') Object.assign(this, { [Symbol('s')]: 1 });
          if (this.kind === 'gone') Reflect.deleteProperty(this, 'other');
          if (this.kind === 'dates') this.value = this.other = new Date(0);
        }
      }
      const odds = new (applicationOf(Odd))({ store: await createStore(), snapshots: true });
      const take = async (kind: string) => {
        const odd = new Odd(kind);
        odd.set();
        await odds.save(odd);
        return await odds.takeSnapshot(Odd, odd.id);
      };
      const reasons: [string, RegExp][] = [
        ['helper', /hold value: .*Helper, which has no transcoding/],
        ['function', /hold value: it is a function/],
        ['shared', /one object in two places \(other\)|one object in two places \(value\)/],
        ['nested', /hold value\.list\[1\]\.bad: it is undefined/],
        ['symbol', /symbol/],
      ];
      for (const [kind, message] of reasons) {
        const error = await rejectionOf(take(kind));
        expect(error).toBeInstanceOf(SnapshotError);
        expect(error.message).toMatch(message);
        expect(error.message).toMatch(/^A snapshot of Odd .* cannot be taken: /);
      }
      expect(await take('dates')).toMatchObject({ state: { value: new Date(0), other: new Date(0) } });
      expect((await take('gone')).state).toEqual({ kind: 'gone', value: undefined });
    });

    test('options are checked when the application is built', async () => {
      const store = await createStore();
      const built = (snapshots: SnapshotOptions) => errorOf(() => new Bank({ store, snapshots }));
      for (const every of [0, -1, 1.5, Number.NaN]) expect(built({ every }).message).toMatch(/not every/);
      expect(built({ every: { Page: 0 } }).message).toMatch(/not every 0 \(Page\)/);
      expect(built({ every: { Pag: 2 } }).message).toMatch(/of Pag .*there is Account, Page, Dog/);
      const without: Store = { recorder: (application) => memory().recorder(application) };
      expect(errorOf(() => new Bank({ store: without, snapshots: true })).message).toMatch(/store keeps none/);
      expect(new Bank({ store: without, snapshots: false }).snapshots).toBeUndefined();
    });

    test('are compressed and encrypted like events, and cannot be moved either', async () => {
      const store = await createStore();
      const cipher = aesGcm({ keys: { k: createKey() } });
      const bank = new Bank({ store, snapshots: { every: 2 }, cipher, compressor: zlib() });
      const dog = new Dog('Fido');
      for (let n = 0; n < 5; n++) dog.addTrick('roll over '.repeat(50));
      await bank.save(dog);
      const recorder = store.snapshotRecorder?.('Bank');
      const snapshots = (await recorder?.select(dog.id)) ?? [];
      expect(snapshots.map(({ version, state }) => [version, state.length < 400])).toEqual([
        [2, true],
        [4, true],
        [6, true],
      ]);
      for (const { state } of snapshots) expect(new TextDecoder('latin1').decode(state)).not.toMatch(/Fido|roll/);
      expect((await bank.repository.get(Dog, dog.id)).equals(dog)).toBe(true);
      const [second, , sixth] = snapshots;
      if (second === undefined || sixth === undefined) throw new Error('There are no snapshots.');
      await recorder?.put({ ...sixth, state: second.state });
      expect(await rejectionOf(bank.repository.get(Dog, dog.id))).toMatchObject({ code: 'ES_DECRYPTION', version: 6 });
      const [, event2] = await store.recorder('Bank').select(dog.id);
      await recorder?.put({ ...sixth, state: event2?.state ?? sixth.state });
      expect((await rejectionOf(bank.repository.get(Dog, dog.id))).code).toBe('ES_DECRYPTION');
      await recorder?.put({ ...sixth, state: new TextEncoder().encode('{}') });
      const plain = new Bank({ store, snapshots: true });
      expect(await rejectionOf(plain.repository.get(Dog, dog.id))).toMatchObject({
        code: 'ES_STATE_DAMAGED',
        version: 6,
        message: expect.stringMatching(/^The snapshot of version 6 .*form of a snapshot/),
      });
    });
  });
}

function fails(error: SnapshotError): never {
  throw error;
}
