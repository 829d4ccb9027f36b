import { described } from '../domain/values/text.ts';
import { checkProjectionName, DefinitionError, Handlers, memory, type On, type Store } from '../index.ts';
import type { Readers, Tables, Writers } from './columns.ts';
import type { Forget } from './generation.ts';
import { parsedTables } from './shape.ts';
import { type Live, View } from './view.ts';
import type { AnyWriters } from './writer.ts';

/** What a projection is called, and what it keeps. */
export interface ProjectionShape<T extends Tables> {
  /** What the names of its tables begin with. */
  readonly name: string;
  /** The columns of each table, besides `id`: text, and the key of the rows. */
  readonly tables: T;
}

/** What a projection does. */
export interface ProjectionRules<T extends Tables> {
  /** What follows from events, made by `on`. A handler writes rows and does nothing else: it can run more than once for an event. */
  readonly on: readonly On<Writers<T>>[];
  /** What becomes of the rows of a subject that is forgotten, unless there are none. */
  readonly forget: ((subject: string, tables: Writers<T>) => unknown) | 'keeps nothing personal';
}

/** Where a projection is kept. */
export interface OpenOptions {
  /** In memory unless given. */
  readonly store?: Store | undefined;
  /** Another name than that of the definition, to keep two of it in one store. */
  readonly name?: string | undefined;
  /**
   * For how many milliseconds somebody who rebuilds the projection may give no sign of life, until others may begin it again;
   * 5000 unless given.
   */
  readonly patience?: number | undefined;
}

const DEFAULT_PATIENCE_MS = 5_000;
const LONGEST_MS = 2 ** 31 - 1;

/** A projection as it was defined, to be opened in any number of stores. */
export class Projection<T extends Tables> {
  readonly name: string;
  readonly #tables: T;
  readonly #handlers: Handlers<AnyWriters>;
  readonly #forget: Forget | undefined;

  /** @internal */
  constructor(name: string, tables: T, handlers: Handlers<AnyWriters>, forget: Forget | undefined) {
    this.name = name;
    this.#tables = tables;
    this.#handlers = handlers;
    this.#forget = forget;
  }

  /**
   * Opens the projection in a store. Its tables are made at the first use.
   *
   * @throws {DefinitionError} if the store keeps no projections (`ES_PROJECTION`).
   */
  open(options: OpenOptions = {}): View<T> {
    const { store = memory(), name = this.name, patience = DEFAULT_PATIENCE_MS } = options;
    checkProjectionName(name);
    const tables = parsedTables(name, this.#tables);
    if (!Number.isSafeInteger(patience) || patience < 1 || patience > LONGEST_MS) {
      throw new DefinitionError(
        'ES_PROJECTION',
        `The option patience must be a whole number of milliseconds from 1 to ${LONGEST_MS}, not ${patience}.`,
      );
    }
    const recorder = store.viewRecorder?.(name);
    if (recorder === undefined) {
      throw new DefinitionError(
        'ES_PROJECTION',
        `The store that was given for the projection ${name} keeps no projections.`,
      );
    }
    const parts = { name, tables, handlers: this.#handlers, forget: this.#forget, recorder };
    return new View(parts, patience, (live) => {
      const readers = Object.fromEntries(tables.map((table) => [table.name, new Reader(live, table.name)]));
      // The boundary: the types of the rows follow from the definition, which was parsed and is compared with what is stored.
      return readers as unknown as Readers<T>;
    });
  }
}

/** Reads one table of what is live. */
class Reader {
  readonly #live: Live;
  readonly #table: string;

  constructor(live: Live, table: string) {
    this.#live = live;
    this.#table = table;
  }

  async get(id: string) {
    return await this.#live((generation) => generation.get(this.#table, id));
  }

  async all(options?: unknown) {
    return await this.#live((generation) => generation.all(this.#table, options));
  }

  async count(options?: unknown) {
    return await this.#live((generation) => generation.count(this.#table, options));
  }
}

/**
 * Defines a read model: tables, and what becomes of their rows when events are followed. `open` keeps it in a store.
 *
 * A column holds `text`, an `integer` (a safe one), a `real` (finite), a `boolean` or `json`; with a `?` it can be null as
 * well. The types of the rows follow from that.
 *
 * @param shape the name, and the tables.
 * @param rules what follows from events, and what becomes of the rows of a subject that is forgotten.
 * @throws {DefinitionError} if it doesn't fit together (`ES_PROJECTION`).
 * @example
 * ```ts
 * import { Aggregate, Application, event, on } from 'eventsourcing';
 * import { projection } from 'eventsourcing/projection';
 *
 * const Opened = event.of<{ owner: string }>()('Account.Opened', 'owner');
 * const Credited = event.of<{ amount: number }>()('Credited', 'amount');
 *
 * @Opened
 * class Account extends Aggregate {
 *   constructor(readonly owner: string) { super(); }
 *
 *   @Credited
 *   credit(amount: number) {}
 * }
 *
 * class Accounts extends Application {
 *   static aggregates = [Account];
 * }
 *
 * const balances = projection(
 *   { name: 'Balances', tables: { accounts: { owner: 'text', balance: 'integer' } } },
 *   {
 *     on: [
 *       on(Opened, ({ aggregateId, payload }, { accounts }) =>
 *         accounts.set(aggregateId, { owner: payload.owner, balance: 0 })),
 *       on(Credited, ({ aggregateId, payload }, { accounts }) =>
 *         accounts.update(aggregateId, ({ balance }) => ({ balance: balance + payload.amount }))),
 *     ],
 *     forget: (subject, { accounts }) => accounts.delete(subject),
 *   },
 * );
 *
 * const application = new Accounts();
 * const view = balances.open(); // in memory; or in a store: balances.open({ store })
 * const account = new Account('Ada');
 * account.credit(5);
 * await application.save(account);
 * await view.catchUp(application);
 * console.log((await view.tables.accounts.get(account.id))?.balance); // 5
 * console.log(await view.tables.accounts.count({ where: { owner: 'Ada' } })); // 1
 * ```
 */
export function projection<const T extends Tables>(
  shape: ProjectionShape<T>,
  rules: ProjectionRules<NoInfer<T>>,
): Projection<T> {
  const { name, tables } = shape;
  if (typeof name !== 'string') {
    throw new DefinitionError(
      'ES_PROJECTION',
      `A projection needs a name, such as 'Balances', not ${described(name)}.`,
    );
  }
  checkProjectionName(name);
  parsedTables(name, tables);
  if (!Array.isArray(rules.on) || rules.on.length === 0) {
    throw new DefinitionError('ES_PROJECTION', `The projection ${name} handles no events. Write: on: [on(…, …)].`);
  }
  const { forget } = rules;
  if (typeof forget !== 'function' && forget !== 'keeps nothing personal') {
    throw new DefinitionError(
      'ES_PROJECTION',
      `The projection ${name} doesn't say what becomes of a subject's rows when the subject is forgotten. Write ` +
        "forget: (subject, tables) => …, or forget: 'keeps nothing personal'.",
    );
  }
  // The boundary: handlers get the tables that were parsed above. Their types are for the compiler.
  const handlers = new Handlers(rules.on) as unknown as Handlers<AnyWriters>;
  return new Projection(
    name,
    tables,
    handlers,
    typeof forget === 'function' ? (forget as unknown as Forget) : undefined,
  );
}
