import { type Application, on, ProcessApplication, ProcessingError, policy } from 'eventsourcing';
import { type Failure, Runner, type RunnerOptions, System } from 'eventsourcing/system';
import { describe, expect, test, vi } from 'vitest';
import { PATIENCE_MS } from '../../patience.ts';
import { Account, Accounts, Credited, LEDGER, Ledger, Ledgers, Opened } from '../support/accounts.ts';
import { errorOf, rejectionOf } from '../support/errors.ts';
import type { TestedStore } from './stores.ts';

const BURST = 300;

const patiently = { timeout: PATIENCE_MS };

/** Writes a letter for each entry of the ledger, and by that is a leader and a follower. */
class Letters extends ProcessApplication {
  static aggregates = [Account];
  static policy = policy(
    on('Ledger.Booked', ({ payload }, processing) => {
      processing.collect(new Account(`booked ${payload.amount}`));
    }),
  );
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** A system that runs, in each mode. */
export function runnerSuite({ name, open, newPlace }: TestedStore): void {
  for (const mode of ['immediate', 'concurrent'] as const) {
    const running = async (system: System, options: RunnerOptions = {}) => {
      const runner = new Runner(system, { store: open(), mode, ...options });
      await runner.start();
      return runner;
    };
    const credited = async (accounts: Application, amounts: readonly number[]) => {
      const account = new Account('Ada');
      for (const amount of amounts) account.credit(amount);
      await accounts.save(account);
      return account;
    };

    describe(`on ${name}, a runner (${mode})`, () => {
      test('has followers process what their leaders store', async () => {
        const runner = await running(new System([[Accounts, Ledgers, Letters]]));
        await credited(runner.get(Accounts), [1, 2, 3]);
        if (mode === 'concurrent') await runner.idle();
        expect((await runner.get(Ledgers).main()).entries).toEqual([2, 3, 4]);
        expect(await runner.get(Letters).notificationLog.lastId()).toBe(3);
        expect(await runner.stop()).toEqual([]);
      });

      test('catches up with what was stored before it started', async () => {
        const place = newPlace();
        await credited(new Accounts({ store: place() }), [1, 2]);
        const runner = new Runner(new System([[Accounts, Ledgers]]), { store: place(), mode });
        await runner.start();
        await runner.idle();
        expect((await runner.get(Ledgers).main()).sum).toBe(3);
        await runner.stop();
      });

      test('follows a burst to its end, with nothing to wake it', async () => {
        const runner = await running(new System([[Accounts, Ledgers]]), { batchSize: 7, pollInterval: 60_000 });
        const account = new Account('Ada');
        const accounts = runner.get(Accounts);
        await accounts.save(account);
        for (const amount of range(BURST)) {
          account.credit(amount);
          await accounts.save(account);
        }
        await runner.idle();
        expect((await runner.get(Ledgers).main()).entries).toEqual(range(BURST).map((n) => n + 1));
        await runner.stop();
      });

      test('serves several followers of one leader, and several leaders of one follower', async () => {
        class Others extends Accounts {}
        class Second extends Ledgers {}
        const runner = await running(
          new System([
            [Accounts, Ledgers],
            [Accounts, Second],
            [Others, Second],
          ]),
        );
        await Promise.all([credited(runner.get(Accounts), range(10)), credited(runner.get(Others), range(10))]);
        await runner.idle();
        expect((await runner.get(Ledgers).main()).sum).toBe(55);
        expect((await runner.get(Second).main()).sum).toBe(110);
        await runner.stop();
      });

      test('runs loops to their end', async () => {
        class Back extends ProcessApplication {
          static aggregates = [Account];
          static policy = policy(
            on('Ledger.Booked', async ({ payload }, processing) => {
              const account = processing.collect(new Account('Echo'));
              if (typeof payload.amount === 'number' && payload.amount > 1) account.credit(payload.amount - 1);
            }),
          );
        }
        const runner = await running(new System([[Back, Ledgers, Back]]));
        await credited(runner.get(Back), [5]);
        await runner.idle();
        expect((await runner.get(Ledgers).main()).sum).toBe(5 + 4 + 3 + 2 + 1);
        await runner.stop();
      });

      test('reports an event that fails once, goes on with other followers, and resumes where it stopped', async () => {
        let isBroken = true;
        class Broken extends ProcessApplication {
          static aggregates = [Ledger];
          static policy = policy(
            on(Credited, async ({ id, payload }, processing) => {
              if (isBroken && payload.amount === 2) throw new RangeError('Two is too much.');
              const ledger = (await processing.find(Ledger, LEDGER)) ?? processing.collect(new Ledger('main'));
              ledger.book(id, payload.amount);
            }),
          );
        }
        const failures: Failure[] = [];
        const runner = await running(
          new System([
            [Accounts, Broken],
            [Accounts, Ledgers],
          ]),
          { onError: (failure) => failures.push(failure), backoff: { least: 5, most: 10 } },
        );
        const account = await credited(runner.get(Accounts), [1, 2, 3]);
        await vi.waitFor(async () => expect((await runner.get(Ledgers).main()).sum).toBe(6), patiently);
        const error = await rejectionOf(runner.idle());
        expect(error).toMatchObject({ code: 'ES_PROCESSING', follower: 'Broken', log: 'Accounts', position: 3 });
        await vi.waitFor(async () => {
          const [failing] = (await runner.status()).filter(({ failure }) => failure !== undefined);
          expect(failing).toMatchObject({ leader: 'Accounts', follower: 'Broken', position: 2, end: 4 });
          expect(failing?.failure?.attempts).toBeGreaterThan(3);
        }, patiently);
        expect(failures).toHaveLength(1);
        expect(failures[0]?.error).toMatchObject({ position: 3, aggregateId: account.id });
        expect((await rejectionOf(runner.waitFor(Broken, Accounts))).code).toBe('ES_PROCESSING');
        isBroken = false;
        await vi.waitFor(
          async () => expect((await runner.status()).every(({ failure }) => !failure)).toBe(true),
          patiently,
        );
        await runner.idle();
        expect((await runner.get(Broken).repository.get(Ledger, LEDGER)).entries).toEqual([2, 3, 4]);
        await runner.stop();
      });

      test('lets an operator skip an event or put it aside', async () => {
        class Refusing extends ProcessApplication {
          static aggregates = [Ledger];
          static policy = policy(
            on(Credited, async ({ id, payload }, processing) => {
              if (payload.amount < 0) throw new RangeError('This is a debit.');
              const ledger = (await processing.find(Ledger, LEDGER)) ?? processing.collect(new Ledger('main'));
              ledger.book(id, payload.amount);
            }),
          );
        }
        const runner = await running(new System([[Accounts, Refusing]]), { onError: () => undefined });
        await credited(runner.get(Accounts), [1, -2, 3, -4, 5]);
        for (const how of ['skip', 'park'] as const) {
          const error = await rejectionOf(runner.idle());
          if (!(error instanceof ProcessingError)) throw error;
          await runner[how](error);
        }
        await runner.idle();
        expect((await runner.get(Refusing).repository.get(Ledger, LEDGER)).entries).toEqual([2, 4, 6]);
        expect(await runner.status()).toMatchObject([{ position: 6, end: 6, failure: undefined, parked: 1 }]);
        await runner.stop();
      });

      test('hands failures to whoever listens', async () => {
        class Never extends ProcessApplication {
          static policy = policy(
            on(Opened, () => {
              throw new RangeError('Never.');
            }),
          );
        }
        const runner = await running(new System([[Accounts, Never]]));
        const heard: Failure[] = [];
        const listening = (async () => {
          for await (const failure of runner.errors) heard.push(failure);
        })();
        await credited(runner.get(Accounts), []);
        await vi.waitFor(() => expect(heard).toHaveLength(1), patiently);
        expect(await runner.stop({ drain: true })).toMatchObject([{ follower: 'Never', position: 0, end: 1 }]);
        await listening;
        expect(heard[0]).toMatchObject({ leader: 'Accounts', follower: 'Never', attempts: 1 });
      });

      test('drains when it’s stopped, or says what’s left', async () => {
        const place = newPlace();
        const system = new System([[Accounts, Ledgers]]);
        const first = new Runner(system, { store: place(), mode, batchSize: 2 });
        await first.start();
        await credited(first.get(Accounts), range(50));
        expect(await first.stop({ drain: true })).toEqual([]);
        const later = new Accounts({ store: place() });
        await credited(later, [1]);
        const second = new Runner(system, { store: place(), mode });
        expect(await second.stop()).toMatchObject([{ leader: 'Accounts', follower: 'Ledgers', position: 51, end: 53 }]);
      });

      test('runs once', async () => {
        const runner = await running(new System([[Accounts, Ledgers]]));
        expect((await rejectionOf(runner.start())).code).toBe('ES_SYSTEM');
        await runner.stop();
        expect(await runner.stop()).toEqual([]);
        expect((await rejectionOf(runner.start())).message).toContain('construct another one');
        expect(errorOf(() => runner.get(Accounts)).message).toContain('This runner is stopped');
        expect((await rejectionOf(runner.idle())).code).toBe('ES_SYSTEM');
      });
    });
  }

  describe(`on ${name}, a runner`, () => {
    test('waits until a follower has read what was written', async () => {
      const runner = new Runner(new System([[Accounts, Ledgers]]), { store: open() });
      await runner.start();
      const account = new Account('Ada');
      account.credit(1);
      const [, last] = await runner.get(Accounts).save(account);
      await runner.waitFor(Ledgers, Accounts, last?.id, patiently);
      expect((await runner.get(Ledgers).main()).sum).toBe(1);
      const late = await rejectionOf(runner.waitFor(Ledgers, Accounts, 99, { timeout: 30 }));
      expect(late).toMatchObject({
        code: 'ES_TIMEOUT',
        follower: 'Ledgers',
        log: 'Accounts',
        position: 99,
        foundPosition: 2,
      });
      const reason = new Error('enough');
      const waiting = runner.waitFor(Ledgers, Accounts, 99, { signal: AbortSignal.abort(reason) });
      expect((await Promise.allSettled([waiting]))[0]).toEqual({ status: 'rejected', reason });
      await runner.stop();
    });

    test('prompts followers in the order of their pipes', async () => {
      const order: string[] = [];
      const follower = (label: string) => {
        const hooks = {
          async process(_: unknown, next: () => Promise<unknown>) {
            order.push(label);
            await next();
          },
        };
        return { hooks };
      };
      class F1 extends Ledgers {}
      class F2 extends Ledgers {}
      class F3 extends Ledgers {}
      class F4 extends Ledgers {}
      class F5 extends Ledgers {}
      const system = new System([F3, F4, F1, F5, F2].map((each) => [Accounts, each]));
      const runner = new Runner(system, { store: open(), mode: 'immediate', options: follower });
      await runner.start();
      const account = new Account('Ada');
      account.credit(1);
      await runner.get(Accounts).save(account);
      expect(order).toEqual(['F3', 'F4', 'F1', 'F5', 'F2']);
      await runner.stop();
    });
  });
}
