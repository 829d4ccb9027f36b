import { ArgumentError } from '../domain/errors.ts';
import type {
  BooleanVariable,
  ChoiceVariable,
  EnvReader,
  EnvVariable,
  IntegerVariable,
  TextVariable,
} from './env-variable.ts';
import { EnvironmentError } from './errors.ts';

/** Variables and their values, such as `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>;

const YES: readonly string[] = ['yes', 'y', 'true', 't', 'on', '1'];
const NO: readonly string[] = ['no', 'n', 'false', 'f', 'off', '0'];

interface Found {
  /** As it was found, with or without the prefix. */
  readonly key: string;
  readonly value: string;
}

/** The variables of one application, at several levels. */
export class Environment implements EnvReader {
  readonly #levels: readonly Env[];
  readonly #prefix: string;

  /** @param levels the first that has a value counts. */
  constructor(application: string, levels: readonly Env[]) {
    this.#levels = levels;
    this.#prefix = `${application.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_`;
  }

  text(variable: TextVariable): string | undefined {
    return this.#find(variable.name)?.value;
  }

  requiredText(variable: TextVariable): string {
    const value = this.text(variable);
    if (value !== undefined) return value;
    throw this.missing(variable);
  }

  integer(variable: IntegerVariable): number | undefined {
    const found = this.#find(variable.name);
    if (found === undefined) return undefined;
    const { min, max = Number.MAX_SAFE_INTEGER, unit } = variable;
    const value = Number(found.value);
    if (/^\d+$/.test(found.value) && value >= min && value <= max) return value;
    const range = variable.max === undefined ? `from ${min}` : `from ${min} to ${max}`;
    throw this.#unfit(variable, `must be a whole number ${range}${unit === undefined ? '' : ` (${unit})`}`);
  }

  boolean(variable: BooleanVariable): boolean | undefined {
    const found = this.#find(variable.name)?.value.toLowerCase();
    if (found === undefined) return undefined;
    if (YES.includes(found)) return true;
    if (NO.includes(found)) return false;
    throw this.#unfit(variable, `must be one of ${YES.join(', ')}, or one of ${NO.join(', ')}`);
  }

  choice<C extends string>(variable: ChoiceVariable<C>): C | undefined {
    const found = this.#find(variable.name);
    if (found === undefined) return undefined;
    const choice = variable.choices.find((each) => each === found.value);
    if (choice !== undefined) return choice;
    throw this.#unfit(variable, `must be one of ${variable.choices.join(', ')}`);
  }

  blame<R>(variable: EnvVariable, make: () => R): R {
    try {
      return make();
    } catch (cause) {
      if (cause instanceof ArgumentError) throw this.#unfit(variable, `does not do: ${cause.message}`, cause);
      throw cause;
    }
  }

  isSet({ name }: EnvVariable): boolean {
    return this.#find(name) !== undefined;
  }

  missing(variable: EnvVariable): EnvironmentError {
    const { name, doc } = variable;
    const choice = variable.type === 'choice' ? ` It must be one of ${variable.choices.join(', ')}.` : '';
    return new EnvironmentError(
      name,
      undefined,
      `${name} is not set, and neither is ${this.#prefix}${name}.${choice} It says this: ${doc}`,
    );
  }

  /** @throws {EnvironmentError} if something is set that is most likely meant for one of these, and would be ignored. */
  refuseNearMisses(variables: readonly EnvVariable[]): void {
    for (const level of this.#levels) {
      for (const [key, value] of Object.entries(level)) {
        if (value === undefined || value === '') continue;
        const [prefix, given] = key.startsWith(this.#prefix)
          ? [this.#prefix, key.slice(this.#prefix.length)]
          : ['', key];
        if (variables.some(({ name }) => name === given)) continue;
        const meant = variables.find(({ name }) => isNear(given, name));
        if (meant === undefined) continue;
        // Its value stays out of the message: it may be meant to be a secret.
        throw new EnvironmentError(
          key,
          undefined,
          `${key} is set, and there is no such variable. Is ${prefix}${meant.name} meant?`,
        );
      }
    }
  }

  /** @throws {EnvironmentError} if this is set: who has set it believes that it is in effect. */
  refuse(name: string, remedy: string): void {
    const found = this.#find(name);
    if (found === undefined) return;
    // Its value stays out of the message: it may be a secret.
    throw new EnvironmentError(found.key, undefined, `${found.key} is set, and would have no effect: ${remedy}.`);
  }

  #find(name: string): Found | undefined {
    for (const level of this.#levels) {
      for (const key of [this.#prefix + name, name]) {
        const value = level[key];
        // Shells, containers and build systems pass on what is not set as an empty text.
        if (value !== undefined && value !== '') return { key, value };
      }
    }
    return undefined;
  }

  #unfit(variable: EnvVariable, fault: string, cause?: ArgumentError): EnvironmentError {
    const { key, value } = this.#find(variable.name) ?? { key: variable.name, value: undefined };
    const isSecret = value === undefined || (variable.type === 'text' && variable.isSecret === true);
    const shown = isSecret ? '' : ` is ${JSON.stringify(value)}, and`;
    return new EnvironmentError(key, isSecret ? undefined : value, `${key}${shown} ${fault}.`.replace(/\.\.$/, '.'), {
      cause,
    });
  }
}

/** Whether two names are the same but for capitals and underscores, or but for one character. */
function isNear(given: string, known: string): boolean {
  if (bare(given) === bare(known)) return true;
  const [short, long] = given.length < known.length ? [given, known] : [known, given];
  if (long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  return short.slice(short.length === long.length ? at + 1 : at) === long.slice(at + 1);
}

function bare(name: string): string {
  return name.toUpperCase().replaceAll('_', '');
}
