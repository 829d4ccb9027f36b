import {
  type DomainEvent,
  event,
  on,
  ProcessApplication,
  type ProcessContext,
  ProcessingError,
  policy,
} from 'eventsourcing';
import { aesGcm, createKey } from 'eventsourcing/crypto';
import { describe, expect, test } from 'vitest';
import {
  Account,
  Accounts,
  Credited,
  LEDGER,
  Ledger,
  Ledgers,
  ledgerId,
  Opened,
  Renamed,
} from '../support/accounts.ts';
import { rejectionOf } from '../support/errors.ts';
import type { TestedStore } from './stores.ts';

const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** An application that follows another: each event once, with the position in the same transaction. */
export function followingSuite({ name, open, newPlace }: TestedStore): void {
  describe(`on ${name}, a process application`, () => {
    test('stores what follows from each event, and its position with it', async () => {
      const store = open();
      const [accounts, ledgers] = [new Accounts({ store }), new Ledgers({ store })];
      const account = await accounts.open('Ada');
      for (const amount of [1, 2, 3]) account.credit(amount);
      await accounts.save(account);
      expect(await ledgers.position('Accounts')).toBe(0);
      await ledgers.catchUp(accounts);
      expect(await ledgers.main()).toMatchObject({ sum: 6, entries: [2, 3, 4] });
      expect(await ledgers.position('Accounts')).toBe(4);
    });

    test('does nothing for events that it has processed', async () => {
      const store = open();
      const [accounts, ledgers] = [new Accounts({ store }), new Ledgers({ store })];
      const account = await accounts.open('Ada');
      account.credit(1);
      await accounts.save(account);
      await ledgers.catchUp(accounts);
      await ledgers.catchUp(accounts);
      const items = await accounts.notificationLog.select();
      const error = await rejectionOf(ledgers.process(accounts.notificationLog, items, 0, 2));
      expect(error).toMatchObject({ code: 'ES_POSITION_CONFLICT', log: 'Accounts', position: 2, foundPosition: 2 });
      expect((await ledgers.main()).entries).toEqual([2]);
      expect(await ledgers.position('Accounts')).toBe(2);
    });

    test('moves on past events that nothing follows from', async () => {
      const store = open();
      const [accounts, ledgers] = [new Accounts({ store }), new Ledgers({ store })];
      const account = await accounts.open('Ada');
      for (const owner of ['Grace', 'Edsger']) account.rename(owner);
      await accounts.save(account);
      await ledgers.catchUp(accounts);
      expect(await ledgers.position('Accounts')).toBe(3);
      expect(await ledgers.notificationLog.lastId()).toBe(0);
    });

    test('reads no event twice that it has skipped', async () => {
      const store = open();
      const read: (readonly string[])[] = [];
      const counts: number[] = [];
      const accounts = new Accounts({
        store,
        hooks: {
          async read(context, next) {
            const { count } = await next();
            if (context.operation === 'notificationLog.select') {
              read.push(context.topics);
              counts.push(count);
            }
          },
        },
      });
      const ledgers = new Ledgers({ store });
      const account = await accounts.open('Ada');
      for (const owner of ['Grace', 'Edsger']) account.rename(owner);
      await accounts.save(account);
      await ledgers.catchUp(accounts);
      await ledgers.catchUp(accounts);
      expect(read).toEqual([['Account.Credited']]);
      expect(counts).toEqual([0]);
    });

    test('stores the same events, however many are processed in one transaction', async () => {
      class Both extends ProcessApplication {
        static aggregates = [Ledger];
        static policy = policy(
          on(Opened, async (opened, processing) => {
            processing.collect(new Ledger(opened.payload.owner));
          }),
          on(Credited, async ({ id, payload }, processing) => {
            for (const owner of ['Grace', 'Ada'])
              (await processing.get(Ledger, ledgerId(owner))).book(id, payload.amount);
          }),
        );
      }
      const store = open();
      const accounts = new Accounts({ store });
      const [ada, grace] = [new Account('Ada'), new Account('Grace')];
      await accounts.save(ada, grace);
      for (const amount of range(5)) {
        ada.credit(amount);
        grace.credit(amount);
        await accounts.save(ada, grace);
      }
      const batched = new Both({ store, name: 'Batched' });
      await batched.catchUp(accounts);
      const single = new Both({ store, name: 'Single' });
      for (const item of await accounts.notificationLog.read({ start: 1, limit: 100 })) {
        await single.process(accounts.notificationLog, [item], item.id - 1, item.id);
      }
      const told = async (application: Both) =>
        (await application.notificationLog.read({ start: 1, limit: 100 })).map(
          ({ id, type, aggregateId, version }) => ({
            id,
            type,
            aggregateId,
            version,
          }),
        );
      const events = await told(single);
      expect(events).toHaveLength(22);
      expect(await told(batched)).toEqual(events);
    });

    test('several processes at once: each event has one effect, in order', async () => {
      const place = newPlace();
      const accounts = new Accounts({ store: place() });
      const account = await accounts.open('Ada');
      for (const amount of range(40)) {
        account.credit(amount);
        await accounts.save(account);
      }
      const followers = [1, 2, 3].map(() => {
        const store = place();
        return { leader: new Accounts({ store }), ledgers: new Ledgers({ store }) };
      });
      await Promise.all(followers.map(({ leader, ledgers }) => ledgers.catchUp(leader)));
      const [first] = followers;
      const ledger = await first?.ledgers.main();
      expect(ledger?.entries).toEqual(range(40).map((n) => n + 1));
      expect(ledger?.version).toBe(41);
    });

    test('keeps what comes before an event that fails, and goes on with that one', async () => {
      const store = open();
      let isBroken = true;
      class Strict extends ProcessApplication {
        static aggregates = [Ledger];
        static policy = policy(
          on(Opened, (_, processing) => {
            processing.collect(new Ledger('main'));
          }),
          on(Credited, async ({ id, payload }, processing) => {
            const ledger = await processing.get(Ledger, LEDGER);
            ledger.book(id, payload.amount);
            if (isBroken && payload.amount === 13) throw new RangeError('Thirteen is unlucky.');
          }),
        );
      }
      const [accounts, strict] = [new Accounts({ store }), new Strict({ store })];
      const account = await accounts.open('Ada');
      for (const amount of [1, 2, 13, 4]) account.credit(amount);
      await accounts.save(account);
      for (const _ of [1, 2]) {
        const error = await rejectionOf(strict.catchUp(accounts));
        expect(error).toBeInstanceOf(ProcessingError);
        expect(error).toMatchObject({
          code: 'ES_PROCESSING',
          follower: 'Strict',
          log: 'Accounts',
          position: 4,
          type: 'Account.Credited',
          aggregateId: account.id,
          version: 4,
          cause: { message: 'Thirteen is unlucky.' },
        });
        expect(await strict.position('Accounts')).toBe(3);
        expect((await strict.repository.get(Ledger, LEDGER)).entries).toEqual([2, 3]);
      }
      isBroken = false;
      await strict.catchUp(accounts);
      expect((await strict.repository.get(Ledger, LEDGER)).entries).toEqual([2, 3, 4, 5]);
      expect(await strict.position('Accounts')).toBe(5);
    });

    test('says so if what follows cannot be stored, and stays before the event', async () => {
      class Openers extends ProcessApplication {
        static aggregates = [Ledger];
        static policy = policy(
          on(Opened, (_, processing) => {
            processing.collect(new Ledger('main'));
          }),
        );
      }
      const store = open();
      const [accounts, openers] = [new Accounts({ store }), new Openers({ store })];
      await accounts.open('Ada');
      await accounts.open('Grace');
      const error = await rejectionOf(openers.catchUp(accounts));
      expect(error).toMatchObject({ code: 'ES_PROCESSING', position: 2, cause: { code: 'ES_VERSION_CONFLICT' } });
      expect(await openers.position('Accounts')).toBe(1);
      expect(await openers.notificationLog.lastId()).toBe(1);
    });

    test('an event that fails can be skipped, or put aside and taken up later', async () => {
      let isBroken = true;
      class Careful extends ProcessApplication {
        static aggregates = [Ledger];
        static policy = policy(
          on(Credited, async ({ id, payload }, processing) => {
            if (isBroken && payload.amount < 0) throw new RangeError('This is a debit.');
            const ledger = (await processing.find(Ledger, LEDGER)) ?? processing.collect(new Ledger('main'));
            ledger.book(id, payload.amount);
          }),
        );
      }
      const store = open();
      const [accounts, careful] = [new Accounts({ store }), new Careful({ store })];
      const account = await accounts.open('Ada');
      for (const amount of [1, -2, 3, -4, 5]) account.credit(amount);
      await accounts.save(account);
      const failed = async () => {
        const error = await rejectionOf(careful.catchUp(accounts));
        if (error instanceof ProcessingError) return error;
        throw error;
      };
      const first = await failed();
      await careful.skip(first);
      await careful.park(await failed());
      await careful.catchUp(accounts);
      expect((await careful.repository.get(Ledger, LEDGER)).entries).toEqual([2, 4, 6]);
      expect((await rejectionOf(careful.skip(first))).code).toBe('ES_POSITION_CONFLICT');
      expect(await careful.parked('Accounts')).toEqual([{ position: 5, reason: 'RangeError: This is a debit.' }]);
      expect((await rejectionOf(careful.takeUp(accounts, 5))).code).toBe('ES_PROCESSING');
      expect(await careful.parked('Accounts')).toHaveLength(1);
      isBroken = false;
      await careful.takeUp(accounts, 5);
      expect((await careful.repository.get(Ledger, LEDGER)).entries).toEqual([2, 4, 6, 5]);
      expect(await careful.parked('Accounts')).toEqual([]);
      expect(await careful.position('Accounts')).toBe(6);
      expect((await rejectionOf(careful.takeUp(accounts, 5))).code).toBe('ES_POSITION_CONFLICT');
    });

    test('reads what its leader has encrypted with the leader’s key, and writes with its own', async () => {
      const store = open();
      const cipher = () => aesGcm({ keys: { '1': createKey() } });
      const accounts = new Accounts({ store, cipher: cipher() });
      const ledgers = new Ledgers({ store, cipher: cipher() });
      const account = await accounts.open('Ada');
      account.credit(5);
      await accounts.save(account);
      await ledgers.catchUp(accounts);
      expect((await ledgers.main()).sum).toBe(5);
      expect((await rejectionOf(new Ledgers({ store, cipher: cipher() }).main())).code).toBe('ES_DECRYPTION');
    });

    test('takes snapshots, and its cache sees what it has stored', async () => {
      const store = open();
      const accounts = new Accounts({ store });
      const ledgers = new Ledgers({ store, snapshots: { every: 3 }, cache: { maxSize: 5, fastForward: false } });
      const account = await accounts.open('Ada');
      account.credit(1);
      await accounts.save(account);
      await ledgers.catchUp(accounts);
      expect((await ledgers.main()).entries).toEqual([2]);
      for (const amount of [2, 3]) account.credit(amount);
      await accounts.save(account);
      await ledgers.catchUp(accounts);
      expect((await ledgers.main()).entries).toEqual([2, 3, 4]);
      expect((await ledgers.snapshots?.all(LEDGER))?.map(({ version }) => version)).toEqual([3]);
    });

    test('works on aggregates as they are stored, also if others have changed them meanwhile', async () => {
      const place = newPlace();
      const [store, elsewhere] = [place(), place()];
      const [accounts, ledgers, others] = [
        new Accounts({ store }),
        new Ledgers({ store }),
        new Ledgers({ store: elsewhere }),
      ];
      const account = await accounts.open('Ada');
      const credit = async (amount: number) => {
        account.credit(amount);
        await accounts.save(account);
        await ledgers.catchUp(accounts);
      };
      await credit(1);
      await credit(2);
      await others.update(Ledger, LEDGER, (ledger) => ledger.book(0, 100));
      await credit(3);
      expect(await ledgers.main()).toMatchObject({ sum: 106, entries: [2, 3, 0, 4], version: 5 });
    });

    test('starts from what is stored after a policy has failed', async () => {
      let isBroken = true;
      class Failing extends ProcessApplication {
        static aggregates = [Ledger];
        static policy = policy(
          on(Credited, async ({ id, payload }, processing) => {
            const ledger = (await processing.find(Ledger, LEDGER)) ?? processing.collect(new Ledger('main'));
            ledger.book(id, payload.amount);
            if (isBroken && payload.amount === 2) throw new RangeError('Two is too much.');
          }),
        );
      }
      const store = open();
      const [accounts, failing] = [new Accounts({ store }), new Failing({ store })];
      const account = await accounts.open('Ada');
      for (const amount of [1, 2]) {
        account.credit(amount);
        await accounts.save(account);
        await Promise.allSettled([failing.catchUp(accounts)]);
      }
      isBroken = false;
      await failing.catchUp(accounts);
      expect((await failing.repository.get(Ledger, LEDGER)).entries).toEqual([2, 3]);
    });

    test('can be followed itself, also by its own leader', async () => {
      const Booked = event('Booked', 'notification', 'amount');
      class Echo extends ProcessApplication {
        static aggregates = [Account];
        static policy = policy(
          on('Ledger.Booked', (booked, processing) => {
            processing.collect(new Account(`echo of ${booked.payload.notification}`));
          }),
        );
      }
      expect(Booked.parameters).toEqual(['notification', 'amount']);
      const store = open();
      const [ledgers, echo] = [new Ledgers({ store }), new Echo({ store, name: 'Accounts' })];
      const account = new Account('Ada');
      account.credit(1);
      await echo.save(account);
      await ledgers.catchUp(echo);
      await echo.catchUp(ledgers);
      await ledgers.catchUp(echo);
      expect(await echo.notificationLog.lastId()).toBe(3);
      expect(await ledgers.position('Accounts')).toBe(3);
      expect(await echo.position('Ledgers')).toBe(2);
    });

    test('hooks go around what is processed', async () => {
      const contexts: ProcessContext[] = [];
      const results: unknown[] = [];
      const store = open();
      const accounts = new Accounts({ store });
      const ledgers = new Ledgers({
        store,
        hooks: {
          async process(context, next) {
            contexts.push(context);
            results.push(await next());
          },
        },
      });
      const account = await accounts.open('Ada');
      account.credit(1);
      account.credit(2);
      account.rename('Grace');
      await accounts.save(account);
      await ledgers.catchUp(accounts);
      expect(contexts).toEqual([
        {
          application: 'Ledgers',
          operation: 'process',
          log: 'Accounts',
          first: 2,
          last: 3,
          position: 4,
          aggregateIds: [account.id],
          topics: ['Account.Credited'],
          eventCount: 2,
        },
      ]);
      expect(results).toEqual([{ notificationIds: [1, 2, 3] }]);
    });
  });

  describe(`on ${name}, a policy`, () => {
    test('cannot save', async () => {
      const store = open();
      const attempts: unknown[] = [];
      const accounts = new Accounts({ store });
      class Saving extends ProcessApplication {
        static aggregates = [Ledger];
        static policy = policy(
          on(Opened, async (_, processing) => {
            attempts.push(await rejectionOf(saving.save(new Ledger('other'))));
            const main = await processing.get(Ledger, LEDGER);
            main.book(0, 1);
            attempts.push(await rejectionOf(saving.save(main)));
          }),
        );
      }
      const saving = new Saving({ store });
      await saving.save(new Ledger('main'));
      await accounts.open('Ada');
      await saving.catchUp(accounts);
      expect(attempts).toMatchObject([{ code: 'ES_POLICY' }, { code: 'ES_POLICY' }]);
      expect((await saving.repository.get(Ledger, LEDGER)).entries).toEqual([0]);
      expect(await saving.notificationLog.lastId()).toBe(2);
      expect(await saving.repository.has(Ledger, ledgerId('other'))).toBe(false);
    });

    test('has to await what it starts', async () => {
      const late: unknown[] = [];
      let release: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      class Careless extends ProcessApplication {
        static aggregates = [Ledger];
        static policy = policy(
          on(Opened, (_, processing) => {
            late.push(
              gate.then(() => rejectionOf(Promise.resolve().then(() => processing.collect(new Ledger('late'))))),
            );
          }),
        );
      }
      const store = open();
      const [accounts, careless] = [new Accounts({ store }), new Careless({ store })];
      await accounts.open('Ada');
      await careless.catchUp(accounts);
      release();
      expect(await Promise.all(late)).toMatchObject([{ code: 'ES_POLICY' }]);
    });

    test('can store events as such', async () => {
      class Noting extends ProcessApplication {
        static aggregates = [Ledger];
        static policy = policy(
          on(Renamed, ({ timestamp, payload }, processing) => {
            const started: DomainEvent = {
              type: 'Ledger.Started',
              aggregateId: ledgerId(payload.owner),
              version: 1,
              timestamp,
              payload: { name: payload.owner },
            };
            processing.collect(started);
            processing.collect(null);
          }),
        );
      }
      const store = open();
      const [accounts, noting] = [new Accounts({ store }), new Noting({ store })];
      const account = await accounts.open('Ada');
      account.rename('Grace');
      await accounts.save(account);
      await noting.catchUp(accounts);
      expect((await noting.repository.get(Ledger, ledgerId('Grace'))).name).toBe('Grace');
    });
  });
}
