import assert from 'node:assert/strict';
import {
  Aggregate,
  AggregateNotFoundError,
  Application,
  type DomainEvent,
  event,
  type LogItem,
  NAMESPACE_URL,
  recordAs,
  type SelectOptions,
  uuid4,
  uuid5,
  VersionConflictError,
  WrongAggregateError,
} from 'eventsourcing';
import { describe, expect, test } from 'vitest';
import { Dog, DogSchool } from '../support/dog.ts';
import { errorOf, rejectionOf } from '../support/errors.ts';
import type { TestedStore } from './stores.ts';

@event('Account.Opened', 'owner')
class Account extends Aggregate {
  balance = 0;
  constructor(readonly owner: string) {
    super();
  }
  @event('Credited', 'amount')
  credit(amount: number) {
    this.balance += amount;
  }
  @event('Debited', 'amount')
  debit(amount: number) {
    if (amount > this.balance) throw new RangeError('Insufficient funds.');
    this.balance -= amount;
  }
}

class Bank extends Application {
  static aggregates = [Account];
  async open(owner: string, amount: number) {
    const account = new Account(owner);
    account.credit(amount);
    await this.save(account);
    return account.id;
  }
  async balance(id: string) {
    return (await this.repository.get(Account, id)).balance;
  }
  async transfer(amount: number, from: string, to: string) {
    const [debited, credited] = await Promise.all([
      this.repository.get(Account, from),
      this.repository.get(Account, to),
    ]);
    credited.credit(amount);
    debited.debit(amount);
    return await this.save(debited, credited);
  }
}

@event('Page.Written', 'title', 'body')
class Page extends Aggregate {
  constructor(
    readonly title: string,
    public body: string,
  ) {
    super();
  }
  @event('Discarded')
  discard() {
    this.markDiscarded();
  }
}

/** One for each slug that is taken: two pages cannot both create it. */
@event('Slug.Taken', 'name', 'pageId')
class Slug extends Aggregate {
  static createId(name: string) {
    return uuid5(NAMESPACE_URL, `/slugs/${name}`);
  }
  constructor(
    readonly name: string,
    readonly pageId: string,
  ) {
    super();
  }
}

class Wiki extends Application {
  static aggregates = [Page, Slug];
  async write(slug: string, title: string, body: string) {
    const page = new Page(title, body);
    await this.save(page, new Slug(slug, page.id));
    return page.id;
  }
  async read(slug: string) {
    const { pageId } = await this.repository.get(Slug, Slug.createId(slug));
    return await this.repository.get(Page, pageId);
  }
}

/** A log of the application's own: events that nothing has to be folded from. */
@event('Visits.Begun')
class Visits extends Aggregate {
  @event('Visited', 'path')
  visit(path: string) {
    return path;
  }
}

class Site extends Application {
  static aggregates = [Visits];
  static log = uuid5(NAMESPACE_URL, '/visits');

  async last() {
    const [last] = await this.events.get(Site.log, { desc: true, limit: 1 });
    return last;
  }

  /** The next event of the log, for `save`. Only the last one is read for it. */
  async visited(path: string): Promise<DomainEvent> {
    const version = ((await this.last())?.version ?? 0) + 1;
    const timestamp = new Date(version).toISOString();
    return { type: 'Visits.Visited', aggregateId: Site.log, version, timestamp, payload: { path } };
  }
}

/** What must hold for applications on every store. */
export function applicationSuite({ name, open: createStore }: TestedStore): void {
  describe(`an application on ${name}`, () => {
    test('is what the introduction shows', async () => {
      const school = new DogSchool({ store: await createStore() });
      const id = await school.registerDog('Fido');
      await school.addTrick(id, 'roll over');
      await school.addTrick(id, 'fetch ball');
      expect(await school.getDog(id)).toEqual({ name: 'Fido', tricks: ['roll over', 'fetch ball'] });
      const notifications = await school.notificationLog.select({ start: 1, limit: 10 });
      expect(notifications).toEqual([
        notified(1, id, 1, 'Dog.Registered', { name: 'Fido' }),
        notified(2, id, 2, 'Dog.TrickAdded', { trick: 'roll over' }),
        notified(3, id, 3, 'Dog.TrickAdded', { trick: 'fetch ball' }),
      ]);
    });

    test('a new application on the same store continues', async () => {
      const store = await createStore();
      const id = await new DogSchool({ store }).registerDog('Fido');
      const again = new DogSchool({ store });
      await again.addTrick(id, 'sit');
      expect(await again.getDog(id)).toEqual({ name: 'Fido', tricks: ['sit'] });
    });

    test('applications of different names have separate logs on one store', async () => {
      const store = await createStore();
      const [north, south] = [new DogSchool({ store, name: 'north' }), new DogSchool({ store, name: 'south' })];
      const id = await north.registerDog('Fido');
      await south.registerDog('Rex');
      expect((await north.notificationLog.select()).map((n) => n.payload)).toEqual([{ name: 'Fido' }]);
      expect((await south.notificationLog.select()).map((n) => [n.id, n.payload])).toEqual([[1, { name: 'Rex' }]]);
      expect(await south.repository.has(Dog, id)).toBe(false);
    });

    test('a discarded aggregate is not found, except at an earlier version', async () => {
      const wiki = new Wiki({ store: await createStore() });
      const id = await wiki.write('hello', 'Hello', 'World');
      const page = await wiki.repository.get(Page, id);
      page.discard();
      await wiki.save(page);
      expect(await rejectionOf(wiki.repository.get(Page, id))).toBeInstanceOf(AggregateNotFoundError);
      expect(await wiki.repository.has(Page, id)).toBe(false);
      const before = await wiki.repository.get(Page, id, { version: 1 });
      expect(before.title).toBe('Hello');
      expect(before.isDiscarded).toBe(false);
    });

    test('the second of two that changed the same version is refused', async () => {
      const bank = new Bank({ store: await createStore() });
      const id = await bank.open('Ann', 100);
      const [one, two] = await Promise.all([bank.repository.get(Account, id), bank.repository.get(Account, id)]);
      one.credit(1);
      two.credit(2);
      await bank.save(one);
      const error = await rejectionOf(bank.save(two));
      expect(error).toBeInstanceOf(VersionConflictError);
      expect(error).toMatchObject({ aggregateId: id, version: 3, expectedVersion: 2, foundVersion: 3 });
      expect(await bank.balance(id)).toBe(101);
      expect(await bank.notificationLog.select()).toHaveLength(3);

      // Case 46: nothing is lost, so saving the same object again is refused again.
      expect(two.pendingEvents).toHaveLength(1);
      expect(await rejectionOf(bank.save(two))).toBeInstanceOf(VersionConflictError);
      two.credit(3);
      expect(await rejectionOf(bank.save(two))).toMatchObject({ code: 'ES_VERSION_CONFLICT', version: 3 });
      expect(two.pendingEvents).toHaveLength(2);
      expect(await bank.notificationLog.select()).toHaveLength(3);
    });

    test('exactly the stored events leave the pending ones', async () => {
      const bank = new Bank({ store: await createStore() });
      const account = new Account('Ann');
      account.credit(1);
      const saving = bank.save(account);
      account.credit(2);
      expect(await saving).toHaveLength(2);
      expect(account.pendingEvents.map((e) => e.payload)).toEqual([{ amount: 2 }]);
      expect((await bank.save(account)).map((n) => [n.id, n.version])).toEqual([[3, 3]]);
      expect(await bank.save(account)).toEqual([]);
      expect(await bank.balance(account.id)).toBe(3);
    });

    test('a taken slug keeps the whole save from happening', async () => {
      const wiki = new Wiki({ store: await createStore() });
      await wiki.write('home', 'Home', 'Welcome');
      const error = await rejectionOf(wiki.write('home', 'Another', 'Intruder'));
      expect(error).toMatchObject({ code: 'ES_VERSION_CONFLICT', aggregateId: Slug.createId('home') });
      expect(error.message).toContain('so the id is taken');
      expect(await wiki.notificationLog.select()).toHaveLength(2);
      expect((await wiki.read('home')).body).toBe('Welcome');
    });

    test('two objects for one aggregate in one save are refused, and the error says so', async () => {
      const wiki = new Wiki({ store: await createStore() });
      const error = await rejectionOf(wiki.save(new Slug('home', 'one'), new Slug('home', 'two')));
      expect(error).toMatchObject({ code: 'ES_VERSION_CONFLICT', version: 1, foundVersion: 0 });
      expect(error.message).toContain('one save holds it twice');
      expect(await wiki.notificationLog.select()).toEqual([]);
    });

    test('a transfer happens on both accounts, or on none', async () => {
      const bank = new Bank({ store: await createStore() });
      const [ann, bob] = [await bank.open('Ann', 100), await bank.open('Bob', 0)];
      await expect(bank.transfer(101, ann, bob)).rejects.toThrow('Insufficient funds.');
      expect([await bank.balance(ann), await bank.balance(bob)]).toEqual([100, 0]);
      const saved = await bank.transfer(40, ann, bob);
      expect([await bank.balance(ann), await bank.balance(bob)]).toEqual([60, 40]);
      expect(saved.map((n) => [n.id, n.type, n.aggregateId])).toEqual([
        [5, 'Account.Debited', ann],
        [6, 'Account.Credited', bob],
      ]);
    });

    test('a save returns what it stored, with ids', async () => {
      const bank = new Bank({ store: await createStore() });
      expect(await bank.save()).toEqual([]);
      expect(await bank.save(null, undefined)).toEqual([]);
      const [ann, bob] = [new Account('Ann'), new Account('Bob')];
      ann.credit(5);
      const saved = await bank.save(ann, null, bob, ann);
      expect(saved.map((n) => [n.id, n.type])).toEqual([
        [1, 'Account.Opened'],
        [2, 'Account.Credited'],
        [3, 'Account.Opened'],
      ]);
      expect(saved).toEqual(await bank.notificationLog.select());
      expect(await bank.save(ann, bob)).toEqual([]);
    });

    test('events can be saved as such', async () => {
      const bank = new Bank({ store: await createStore() });
      const account = new Account('Ann');
      account.credit(5);
      const events = account.collectEvents();
      expect((await bank.save(...events)).map((n) => n.id)).toEqual([1, 2]);
      expect(await bank.balance(account.id)).toBe(5);
      expect((await rejectionOf(bank.save(...events))).code).toBe('ES_VERSION_CONFLICT');
      expect((await rejectionOf(Reflect.apply(bank.save, bank, ['event']))).code).toBe('ES_INVALID_ARGUMENT');
    });

    test('a log is written and read without an aggregate, and in pages', async () => {
      const site = new Site({ store: await createStore() });
      expect(await site.last()).toBeUndefined();
      for (const path of ['/', '/dogs', '/cats', '/about']) await site.save(await site.visited(path));
      expect(await site.last()).toMatchObject({ version: 4, payload: { path: '/about' } });
      const paths = async (options: SelectOptions) =>
        (await site.events.get(Site.log, options)).map(({ payload }) => payload.path);
      expect(await paths({ limit: 1 })).toEqual(['/']);
      expect(await paths({ gt: 1, lte: 3 })).toEqual(['/dogs', '/cats']);
      expect(await paths({ gt: 1, lte: 3, desc: true })).toEqual(['/cats', '/dogs']);
      expect(await paths({ lte: 3, desc: true, limit: 2 })).toEqual(['/cats', '/dogs']);
      const [one, two] = [await site.visited('/one'), await site.visited('/two')];
      expect((await site.save(one)).map(({ id, version }) => [id, version])).toEqual([[5, 5]]);
      expect(await rejectionOf(site.save(two))).toMatchObject({ code: 'ES_VERSION_CONFLICT', version: 5 });
      expect(await paths({ gt: 4 })).toEqual(['/one']);
    });

    test('an aggregate can be got at each of its versions', async () => {
      const bank = new Bank({ store: await createStore() });
      const id = await bank.open('Ann', 1);
      await bank.update(Account, id, (account) => account.credit(10));
      const balanceAt = async (version: number) => (await bank.repository.get(Account, id, { version })).balance;
      expect([await balanceAt(1), await balanceAt(2), await balanceAt(3)]).toEqual([0, 1, 11]);
      expect(await balanceAt(4)).toBe(11);
      const tooEarly = await rejectionOf(bank.repository.get(Account, id, { version: 0 }));
      expect(tooEarly).toBeInstanceOf(AggregateNotFoundError);
      expect(tooEarly).toMatchObject({ code: 'ES_AGGREGATE_NOT_FOUND', aggregateId: id, version: 0 });
      const unknown = uuid4();
      const notThere = await rejectionOf(bank.repository.get(Account, unknown));
      expect(notThere).toMatchObject({ code: 'ES_AGGREGATE_NOT_FOUND', aggregateId: unknown, version: undefined });
      expect(notThere.message).toBe(`There is no Account with the id ${unknown}.`);
    });

    test('what is got back equals what was saved', async () => {
      const store = await createStore();
      const school = new DogSchool({ store });
      const dog = recordAs({ metadata: { user: 'ann' } }, () => new Dog('Fido'));
      dog.addTrick('sit');
      await school.save(dog);
      const copy = await new DogSchool({ store }).repository.get(Dog, dog.id);
      expect(copy.equals(dog)).toBe(true);
      expect(copy).not.toBe(dog);
      const [registered] = await school.events.get(dog.id);
      expect(registered?.metadata).toEqual({ user: 'ann' });
      expect(Object.isFrozen(registered?.payload)).toBe(true);
    });

    test('the repository tells classes apart', async () => {
      class Puppy extends Dog {
        static topic = 'Puppy';
      }
      @event('Cat.Born')
      class Cat extends Aggregate {}
      class Zoo extends Application {
        static aggregates = [Dog, Puppy, Cat];
      }
      const zoo = new Zoo({ store: await createStore() });
      const [puppy, cat] = [new Puppy('Bit'), new Cat()];
      await zoo.save(puppy, cat);
      expect(await zoo.repository.get(Dog, puppy.id)).toBeInstanceOf(Puppy);
      const error = await rejectionOf(zoo.repository.get(Dog, cat.id));
      expect(error).toBeInstanceOf(WrongAggregateError);
      expect(error.message).toBe(`The aggregate ${cat.id} is a Cat, not a Dog.`);
      expect(await zoo.repository.has(Dog, cat.id)).toBe(false);
      expect(await zoo.repository.has(Cat, cat.id)).toBe(true);
    });

    test('update gets, changes and saves, and starts again after a conflict', async () => {
      const bank = new Bank({ store: await createStore() });
      const id = await bank.open('Ann', 0);
      const updates = Array.from({ length: 4 }, () =>
        bank.update(Account, id, (account) => {
          account.credit(1);
          return account.version;
        }),
      );
      expect((await Promise.all(updates)).toSorted()).toEqual([3, 4, 5, 6]);
      expect(await bank.balance(id)).toBe(4);

      // All of them have the account before the first of them saves it.
      let loaded = 0;
      const allLoaded = Promise.withResolvers<void>();
      const rival = async (account: Account) => {
        account.credit(1);
        loaded += 1;
        if (loaded === 3) allLoaded.resolve();
        await allLoaded.promise;
      };
      const rivals = Array.from({ length: 3 }, () => bank.update(Account, id, rival, { retries: 0 }));
      const outcomes = await Promise.allSettled(rivals);
      expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
      await expect(bank.update(Account, id, (account) => account.debit(1000))).rejects.toThrow('Insufficient');
      expect((await rejectionOf(bank.update(Account, id, () => undefined, { retries: -1 }))).code).toBe(
        'ES_INVALID_ARGUMENT',
      );
    });

    test.each(['', 'my school', '1st', 'a"; DROP TABLE b; --', 'Ünder', 'sqlite_school', 'pg_school', 'x'.repeat(54)])(
      'refuses %j as the name of an application',
      async (name) => {
        const store = await createStore();
        const error = errorOf(() => new DogSchool({ store, name }));
        expect(error.code).toBe('ES_INVALID_ARGUMENT');
        expect(error.message).toContain(JSON.stringify(name));
      },
    );

    test('an empty log has an empty section', async () => {
      const school = new DogSchool({ store: await createStore() });
      expect(await school.notificationLog.lastId()).toBe(0);
      expect(await school.notificationLog.section('1,10')).toEqual({ id: null, items: [], nextId: null });
    });

    test('sections lead to each other', async () => {
      const school = new DogSchool({ store: await createStore(), sectionSize: 5 });
      const register = async (count: number) => {
        for (let n = 0; n < count; n++) await school.registerDog('Fido');
      };
      const ids = async (sectionId: string) => {
        const { id, items, nextId } = await school.notificationLog.section(sectionId);
        return [id, items.map((item) => item.id), nextId];
      };
      await register(5);
      expect(await ids('1,10')).toEqual(['1,5', [1, 2, 3, 4, 5], '6,10']);
      expect(await ids('6,10')).toEqual([null, [], null]);
      await register(4);
      expect(await ids('6,10')).toEqual(['6,9', [6, 7, 8, 9], null]);
      expect(await ids('2,3')).toEqual(['2,3', [2, 3], '4,5']);
      expect(await ids('-3,2')).toEqual(['1,2', [1, 2], '3,4']);
      for (const wrong of ['', '1', 'a,b', '1,2,3', '1, 2', '7,3', '1,0', '-3,-5']) {
        expect((await rejectionOf(school.notificationLog.section(wrong))).code).toBe('ES_INVALID_ARGUMENT');
      }
    });

    test('a limit greater than the section size is an error with both numbers', async () => {
      const school = new DogSchool({ store: await createStore() });
      const error = await rejectionOf(school.notificationLog.select({ start: 1, limit: 20 }));
      expect(error.message).toMatch(/limit 20 .* section size 10/);
    });

    test('a reader gets every event once, in order, while a writer appends', async () => {
      const school = new DogSchool({ store: await createStore(), sectionSize: 3 });
      const total = 50;
      const writing = (async () => {
        for (let n = 1; n <= total; n++) await school.registerDog(`Dog ${n}`);
      })();
      for (const start of [1, 7]) {
        const seen: LogItem[] = [];
        let next = `${start},${start + 2}`;
        while (seen.length < total - start + 1) {
          const { items, nextId } = await school.notificationLog.section(next);
          seen.push(...items);
          const position = (seen.at(-1)?.id ?? start - 1) + 1;
          next = nextId ?? `${position},${position + 2}`;
          await new Promise((resolve) => setTimeout(resolve));
        }
        expect(seen.map((n) => n.id)).toEqual(Array.from({ length: total - start + 1 }, (_, n) => start + n));
        expect(seen.map((n) => n.payload.name)).toEqual(seen.map((n) => `Dog ${n.id}`));
      }
      await writing;
    });

    test('the log selects by type, also under an old name', async () => {
      const store = await createStore();
      @event('Hound.Registered', 'name')
      class Hound extends Aggregate {
        constructor(readonly name: string) {
          super();
        }
        @event('TrickLearnt', 'trick')
        learn(trick: string) {
          return trick;
        }
      }
      class OldSchool extends Application {
        static aggregates = [Hound];
      }
      class NewSchool extends Application {
        static aggregates = [Dog];
        static aliases = { Hound: 'Dog', 'Hound.TrickLearnt': 'Dog.TrickAdded' };
      }
      const hound = new Hound('Fido');
      hound.learn('sit');
      await new OldSchool({ store, name: 'school' }).save(hound);
      const school = new NewSchool({ store, name: 'school' });
      const dog = await school.repository.get(Dog, hound.id);
      expect(dog.tricks).toEqual(['sit']);
      dog.addTrick('roll over');
      await school.save(dog);
      const log = school.notificationLog;
      expect((await log.select()).map((n) => n.type)).toEqual(['Dog.Registered', 'Dog.TrickAdded', 'Dog.TrickAdded']);
      expect((await log.select({ topics: ['Dog.TrickAdded'] })).map((n) => n.id)).toEqual([2, 3]);
      expect((await log.select({ topics: ['Dog.Registered'] })).map((n) => n.id)).toEqual([1]);
      const stored = await new OldSchool({ store, name: 'school' }).events.get(hound.id, { lte: 2 });
      expect(stored.map((e) => e.type)).toEqual(['Hound.Registered', 'Hound.TrickLearnt']);
      const unknown = await rejectionOf(new OldSchool({ store, name: 'school' }).events.get(hound.id));
      expect(unknown).toMatchObject({ code: 'ES_TOPIC_UNKNOWN', topic: 'Dog.TrickAdded' });
    });

    test('an aggregate that the application does not list is refused', async () => {
      const bank = new Bank({ store: await createStore() });
      const dog = new Dog('Fido');
      const error = await rejectionOf(bank.save(dog));
      expect(error).toMatchObject({ code: 'ES_TOPIC_UNKNOWN', topic: 'Dog.Registered' });
      expect(error.message).toContain('Bank lists (it lists Account)');
      expect(dog.pendingEvents).toHaveLength(1);
      expect((await rejectionOf(bank.repository.get(Dog, dog.id))).message).toMatch(/Bank does not list class Dog/);
    });

    test('a command that failed leaves nothing to save', async () => {
      const bank = new Bank({ store: await createStore() });
      const id = await bank.open('Ann', 1);
      const account = await bank.repository.get(Account, id);
      expect(() => account.debit(2)).toThrow('Insufficient');
      expect(await bank.save(account)).toEqual([]);

      let opened = 0;
      @event('Vault.Built')
      class Vault extends Aggregate {
        @event('Opened')
        open() {
          opened += 1;
          if (opened > 1) throw new Error('alarm');
        }
      }
      class Vaults extends Application {
        static aggregates = [Vault];
      }
      const vault = new Vault();
      vault.open();
      expect(() => vault.open()).toThrow('alarm');
      const vaults = new Vaults({ store: await createStore() });
      expect((await rejectionOf(vaults.save(vault))).code).toBe('ES_AGGREGATE_BROKEN');
    });

    test('verify finds a change that no event tells of', async () => {
      const bank = new Bank({ store: await createStore(), verify: true });
      const account = new Account('Ann');
      account.credit(5);
      expect(await bank.save(account)).toHaveLength(2);
      account.credit(5);
      account.balance += 1;
      const error = await rejectionOf(bank.save(account));
      expect(error).toMatchObject({ code: 'ES_UNRECORDED_CHANGE', aggregateId: account.id });
      account.balance -= 1;
      expect(await bank.save(account)).toHaveLength(1);
      assert.deepEqual(await bank.repository.get(Account, account.id), account);
    });
  });
}

function notified(id: number, aggregateId: string, version: number, type: string, payload: object) {
  return { id, type, aggregateId, version, timestamp: expect.stringMatching(/^\d{4}-.*Z$/), payload };
}
