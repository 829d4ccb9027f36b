import { ArgumentError, DefinitionError } from '../domain/errors.ts';
import type { Cipher, Compressor } from '../persistence/cipher.ts';
import { memory } from '../persistence/memory.ts';
import type { Store } from '../persistence/recorder.ts';
import type { Application, ApplicationOptions } from './application.ts';
import type { ChoiceVariable, EnvReader, EnvVariable, FromEnv, TextVariable } from './env-variable.ts';
import { type Env, Environment } from './environment.ts';

/** What variables can choose from, by the names that are their values. */
export interface EnvRegistry {
  /** What `PERSISTENCE_MODULE` can be, besides `memory`. */
  readonly stores?: Readonly<Record<string, FromEnv<Store>>>;
  /** What `CIPHER_MODULE` can be, besides `none`. */
  readonly ciphers?: Readonly<Record<string, FromEnv<Cipher>>>;
  /** What `COMPRESSOR_MODULE` can be, besides `none`. */
  readonly compressors?: Readonly<Record<string, FromEnv<Compressor>>>;
  /**
   * The name of the application, and, in capitals, the prefix of its own variables; the class's name unless given. Give
   * one if your program is minified, since that changes the names of classes.
   */
  readonly name?: string;
}

const NONE = 'none';

/** Set where there is no cipher, it would be dangerous to pass by, as would be what is meant for it. */
const CIPHER_KEY: TextVariable = { name: 'CIPHER_KEY', type: 'text', doc: 'The key of a cipher.', isSecret: true };

/** What would be dangerous to pass by, and why it would be: events would be stored in the clear, say. */
const IGNORED = [
  [CIPHER_KEY.name, 'give fromEnv a cipher to use it with, { ciphers: { aesGcm: aesGcmFromEnv } }'],
  ['CIPHER_TOPIC', 'the variable that chooses a cipher is CIPHER_MODULE'],
  ['COMPRESSOR_TOPIC', 'the variable that chooses a compressor is COMPRESSOR_MODULE'],
] as const;

/** What is said of the application itself. */
const OPTIONS = {
  isSnapshottingEnabled: {
    name: 'IS_SNAPSHOTTING_ENABLED',
    type: 'boolean',
    doc: 'Whether snapshots are taken; no unless SNAPSHOTTING_INTERVAL is set.',
  },
  snapshottingInterval: {
    name: 'SNAPSHOTTING_INTERVAL',
    type: 'text',
    doc: 'How often snapshots are taken: 50, or for each topic Dog:50,Cat:100. Unless set, by hand only.',
    unit: 'versions',
  },
  cacheMaxSize: {
    name: 'AGGREGATE_CACHE_MAXSIZE',
    type: 'integer',
    min: 1,
    doc: 'How many aggregates the cache holds. Unless set, there is no cache.',
    unit: 'aggregates',
  },
  cacheFastForward: {
    name: 'AGGREGATE_CACHE_FASTFORWARD',
    type: 'boolean',
    doc: 'Whether each reading from the cache looks for newer events; yes unless set. Of no effect without a cache.',
  },
  sectionSize: {
    name: 'NOTIFICATION_LOG_SECTION_SIZE',
    type: 'integer',
    min: 1,
    doc: 'How many notifications the log gives out at once, at most; 10 unless set.',
    unit: 'notifications',
  },
  verify: {
    name: 'IS_VERIFYING_ENABLED',
    type: 'boolean',
    doc: 'Whether each aggregate is replayed before it is saved; no unless set.',
  },
} as const satisfies Record<string, EnvVariable>;

/**
 * All the variables that `fromEnv` reads when it is given the same registry, for documentation or a `--help`.
 *
 * @example
 * ```ts
 * import { envVariables } from 'eventsourcing';
 * import { zlibFromEnv } from 'eventsourcing/compression';
 *
 * const variables = envVariables({ compressors: { zlib: zlibFromEnv } });
 * console.log(variables.find(({ name }) => name === 'COMPRESSOR_MAX_SIZE')?.unit); // bytes
 * ```
 */
export function envVariables(registry: EnvRegistry = {}): EnvVariable[] {
  return distinct([...moduleVariables(registry), ...Object.values(OPTIONS)]);
}

/** The variables that choose from the registry, and those of what can be chosen. */
function moduleVariables(registry: EnvRegistry): EnvVariable[] {
  const { persistence, cipher, compressor } = choicesOf(registry);
  const parts = (from: Readonly<Record<string, FromEnv<unknown>>> = {}) =>
    Object.values(from).flatMap(({ variables }) => variables);
  return distinct([
    persistence,
    ...parts(registry.stores),
    cipher,
    ...parts(registry.ciphers),
    compressor,
    ...parts(registry.compressors),
  ]);
}

function distinct(variables: readonly EnvVariable[]): EnvVariable[] {
  return [...new Map(variables.map((each) => [each.name, each])).values()];
}

/**
 * The options of an application from environment variables. Nothing is imported by a name that stands in one: they
 * choose from what the registry holds, and so your program decides what they can mean.
 *
 * A variable with the name of the application in front, `DOGSCHOOL_SQLITE_DBNAME`, is for that application alone, and
 * comes before the plain one. What is set in `env` comes before the defaults that the class states as `static env`; and
 * if `env` is an array, its first object before the others. A level that says anything, by either name, comes
 * before all that follow. An empty value counts as not set.
 *
 * A name that looks like a misspelling is refused: without the application's name in front, one that is a letter or so off,
 * while the right one is not set; behind it, also one that is further off, or begins like the variables of a cipher, a
 * compressor or the chosen store. All other names are left alone. The README has the rule in full.
 *
 * @param env usually `process.env`, which this library itself never looks at.
 * @throws {EnvironmentError} if a variable is missing, cannot be what it is, or is misspelt. It names the variable, the
 * nearest one that there is, and the value too, unless that is a secret.
 * @example
 * ```ts
 * import { Application, fromEnv } from 'eventsourcing';
 * import { zlibFromEnv } from 'eventsourcing/compression';
 * import { aesGcmFromEnv, createKey } from 'eventsourcing/crypto';
 * import { sqliteFromEnv } from 'eventsourcing/sqlite';
 *
 * class DogSchool extends Application {
 *   static env = { COMPRESSOR_MODULE: 'zlib' };
 * }
 *
 * const env = { PERSISTENCE_MODULE: 'sqlite', DOGSCHOOL_SQLITE_DBNAME: ':memory:', CIPHER_KEY: createKey() }; // process.env
 * const options = fromEnv(DogSchool, env, {
 *   stores: { sqlite: sqliteFromEnv },
 *   ciphers: { aesGcm: aesGcmFromEnv },
 *   compressors: { zlib: zlibFromEnv },
 * });
 * const school = new DogSchool(options); // or new DogSchool({ ...options, sectionSize: 100 })
 * console.log(school.name, Object.keys(options)); // DogSchool [ 'store', 'cipher', 'compressor' ]
 * await options.store?.close?.();
 * ```
 */
export function fromEnv(
  application: abstract new (...args: never[]) => Application,
  env: Env | readonly Env[],
  registry: EnvRegistry = {},
): ApplicationOptions {
  const { name } = registry;
  const levels = isLevels(env) ? env : [env];
  const environment = new Environment(name ?? application.name, [...levels, defaultsOf(application)]);
  const choices = choicesOf(registry);
  refuseStrangers(environment, registry, choices.persistence);
  const options = {
    sectionSize: environment.integer(OPTIONS.sectionSize),
    verify: environment.boolean(OPTIONS.verify),
    snapshots: snapshotsOf(environment),
    cache: cacheOf(environment),
    cipher: partOf(environment, choices.cipher, registry.ciphers),
    compressor: partOf(environment, choices.compressor, registry.compressors),
  };
  // Last, since it may open a file, which nobody would close if something else were wrong.
  const store = storeOf(environment, choices.persistence, registry.stores);
  return withoutUndefined({ name, store, ...options });
}

/** Takes away what is not set: whoever spreads the options over their own keeps theirs. */
function withoutUndefined<T extends object>(options: T): T {
  for (const [key, value] of Object.entries(options)) if (value === undefined) Reflect.deleteProperty(options, key);
  return options;
}

/** Refuses what is set, would be passed by, and is most likely meant for something here. */
function refuseStrangers(environment: Environment, registry: EnvRegistry, persistence: ChoiceVariable): void {
  const names = envVariables(registry).map(({ name }) => name);
  const ignored = IGNORED.filter(([name]) => !names.includes(name));
  // The variables of a store that isn't chosen are another program's for all we know, and so are names like theirs.
  const chosen = environment.text({ ...persistence, type: 'text' });
  const stores = Object.fromEntries(Object.entries(registry.stores ?? {}).filter(([name]) => name === chosen));
  const present = { ...registry, stores };
  environment.refuseMisspellings(
    [...names, ...ignored.map(([name]) => name)],
    distinct([...envVariables(present), CIPHER_KEY]),
    moduleVariables(present),
  );
  for (const [name, remedy] of ignored) environment.refuse(name, remedy);
}

function choicesOf({ stores = {}, ciphers = {}, compressors = {} }: EnvRegistry) {
  return {
    persistence: {
      name: 'PERSISTENCE_MODULE',
      type: 'choice',
      doc: 'Which store keeps the events. It has to be set where fromEnv is given stores to choose from.',
      choices: [...new Set(['memory', ...Object.keys(stores)])],
    },
    cipher: {
      name: 'CIPHER_MODULE',
      type: 'choice',
      doc: 'What encrypts; unless set, the one cipher whose variables are set, or none.',
      choices: [NONE, ...Object.keys(ciphers)],
    },
    compressor: {
      name: 'COMPRESSOR_MODULE',
      type: 'choice',
      doc: 'What compresses; unless set, the one compressor whose variables are set, or none.',
      choices: [NONE, ...Object.keys(compressors)],
    },
  } as const satisfies Record<string, ChoiceVariable>;
}

function storeOf(
  env: Environment,
  variable: ChoiceVariable,
  stores: Readonly<Record<string, FromEnv<Store>>> = {},
): Store | undefined {
  const chosen = env.choice(variable);
  if (chosen === undefined) {
    // In memory, unless somebody says so, is where a deployment that forgot a variable would lose its events.
    if (Object.keys(stores).length > 0) throw env.missing(variable);
    return undefined;
  }
  return Object.hasOwn(stores, chosen) ? stores[chosen]?.create(env) : memory();
}

function partOf<T>(
  env: Environment,
  variable: ChoiceVariable,
  parts: Readonly<Record<string, FromEnv<T>>> = {},
): T | undefined {
  const chosen = env.choice(variable);
  if (chosen !== undefined) return chosen === NONE ? undefined : parts[chosen]?.create(env);
  const meant = Object.entries(parts).filter(([, part]) => part.variables.some((each) => env.isSet(each)));
  if (meant.length > 1) throw env.missing(variable);
  return meant[0]?.[1].create(env);
}

function snapshotsOf(env: EnvReader): ApplicationOptions['snapshots'] {
  const isEnabled = env.boolean(OPTIONS.isSnapshottingEnabled);
  const interval = env.text(OPTIONS.snapshottingInterval);
  if (isEnabled === false || interval === undefined) return isEnabled;
  return { every: env.blame(OPTIONS.snapshottingInterval, () => everyOf(interval)) };
}

function everyOf(interval: string): number | Record<string, number> {
  if (/^[1-9]\d*$/.test(interval)) return Number(interval);
  const every = new Map<string, number>();
  for (const item of interval.split(',')) {
    const [, topic, versions] = /^\s*([^:\s]+):([1-9]\d*)\s*$/.exec(item) ?? [];
    if (topic === undefined) {
      throw new ArgumentError('It must be a whole number from 1, or one for each topic, like Dog:50,Cat:100.');
    }
    every.set(topic, Number(versions));
  }
  return Object.fromEntries(every);
}

function cacheOf(env: EnvReader): ApplicationOptions['cache'] {
  const fastForward = env.boolean(OPTIONS.cacheFastForward);
  const maxSize = env.integer(OPTIONS.cacheMaxSize);
  return maxSize === undefined ? undefined : withoutUndefined({ maxSize, fastForward });
}

function isLevels(env: Env | readonly Env[]): env is readonly Env[] {
  return Array.isArray(env);
}

function defaultsOf(application: object & { readonly name: string }): Env {
  const env: unknown = Reflect.get(application, 'env');
  if (env === undefined) return {};
  const entries = typeof env === 'object' && env !== null ? Object.entries(env) : [['', undefined]];
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  if (texts.length === entries.length) return Object.fromEntries(texts);
  throw new DefinitionError(
    'ES_ENVIRONMENT',
    `The static env of ${application.name} must be an object of variables, each with a text: { IS_SNAPSHOTTING_ENABLED: 'yes' }.`,
  );
}
