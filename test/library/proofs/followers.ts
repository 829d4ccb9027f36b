import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { Account, Accounts, Ledger, Ledgers } from './processes/banking.ts';
import { openStore, type Place } from './processes/stores.ts';

type Script = 'runner' | 'creditor';

/** A process that follows, or one that saves what is followed. */
export interface Process {
  /** The position that it has reported last; 0 as long as it follows nothing. */
  readonly position: number;
  /** When it reported a position for the first time, by the clock of this process; nothing if it hasn't. */
  readonly firstReport: number | undefined;
  /** Resolves when it has reported a position after this one. */
  after(position: number): Promise<void>;
  kill(): Promise<void>;
  /** Resolves when it has done all that it was told. */
  done(): Promise<void>;
}

export function start(script: Script, { kind, at, schema }: Place, name = '', count = 0): Process {
  const file = fileURLToPath(new URL(`./processes/${script}.ts`, import.meta.url));
  const child = spawn('node', [file, kind, at, schema, name, String(count)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let position = 0;
  let firstReport: number | undefined;
  let onReport = () => {};
  createInterface({ input: child.stdout }).on('line', (line) => {
    position = Number(line);
    if (position > 0) firstReport ??= performance.now();
    onReport();
  });
  return {
    get position() {
      return position;
    },
    get firstReport() {
      return firstReport;
    },
    async after(before) {
      const enough = new Promise<void>((resolve) => {
        onReport = () => position > before && resolve();
        onReport();
      });
      const outcome = await Promise.race([enough, ended]);
      expect(outcome, 'The process has ended by itself.').toBeUndefined();
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async done() {
      expect(await ended).toEqual([0, null]);
    },
  };
}

/** Stores credits to follow. @returns the id of the last notification. */
export async function storeCredits(place: Place, count: number): Promise<number> {
  const store = openStore(place);
  const accounts = new Accounts({ store });
  const account = new Account('Ada');
  for (let amount = 1; amount <= count; amount++) account.credit(amount);
  await accounts.save(account);
  const last = await accounts.notificationLog.lastId();
  await store.close();
  return last;
}

/**
 * Each credit has one entry in the ledger, and the entries are in the order of the credits.
 *
 * @returns how many there are.
 */
export async function expectEachOnce(place: Place): Promise<number> {
  const store = openStore(place);
  const [accounts, ledgers] = [new Accounts({ store }), new Ledgers({ store })];
  const everything = { start: 1, limit: Number.MAX_SAFE_INTEGER };
  const credits = (await accounts.notificationLog.read(everything)).filter(({ type }) => type === 'Account.Credited');
  const entries = (await ledgers.notificationLog.read(everything)).filter(({ type }) => type === 'Ledger.Booked');
  expect(entries.map(({ payload }) => [payload.notification, payload.amount])).toEqual(
    credits.map(({ id, payload }) => [id, payload.amount]),
  );
  const sum = credits.reduce((total, { payload }) => total + Number(payload.amount), 0);
  expect(await ledgers.repository.get(Ledger, 'ledger')).toMatchObject({ count: credits.length, sum });
  expect(await ledgers.position('Accounts')).toBe(await accounts.notificationLog.lastId());
  await store.close();
  return entries.length;
}
