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
import { editsBetween, haveOneFamily, isSlip, loosely, strictly } from './spelling.ts';

/** Variables and their values, such as `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>;

const YES: readonly string[] = ['yes', 'y', 'true', 't', 'on', '1'];
const NO: readonly string[] = ['no', 'n', 'false', 'f', 'off', '0'];

/**
 * What containers are told of each other, for a service that has the application's name: `DOGSCHOOL_POSTGRES_SERVICE_HOST`,
 * `DOGSCHOOL_POSTGRES_PORT_5432_TCP`.
 */
const SERVICE_LINK = /_SERVICE_(?:HOST|PORT)(?:_|$)|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_|$)/;

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

  /**
   * Refuses what is set and is most likely meant for another variable, which would be passed by.
   *
   * @param known all names that mean something, or would if another choice were made
   * @param relevant the variables that are asked for as things stand
   * @param modules those of them that belong to something that was chosen, and so share their first word
   * @throws {EnvironmentError} if there is such a misspelling. It names the variable that is nearest.
   */
  refuseMisspellings(
    known: readonly string[],
    relevant: readonly EnvVariable[],
    modules: readonly EnvVariable[],
  ): void {
    const exact = new Set(known.flatMap((name) => [name, this.#prefix + name]));
    const counting = relevant.filter(({ unless }) => unless === undefined || this.#find(unless) === undefined);
    for (const [level, variables] of this.#levels.entries()) {
      for (const [key, value] of Object.entries(variables)) {
        if (value === undefined || value === '' || exact.has(key) || SERVICE_LINK.test(key)) continue;
        const meant = this.#meantBy(key, counting, modules, level);
        if (meant === undefined) continue;
        // Its value stays out of the message: it may be meant to be a secret.
        throw new EnvironmentError(
          key,
          undefined,
          `${key} is set, and there is no such variable. Is ${meant} meant? What belongs to another program must be left out of what fromEnv is given.`,
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

  #meantBy(
    key: string,
    variables: readonly EnvVariable[],
    modules: readonly EnvVariable[],
    level: number,
  ): string | undefined {
    const upper = key.toUpperCase();
    if (upper.startsWith(this.#prefix)) {
      const given = upper.slice(this.#prefix.length);
      const near = nearest(variables, ({ name }) => loosely(given, name));
      // Behind the prefix, what begins like a module's variables can't be anybody else's.
      const meant =
        near ?? nearest(modules, ({ name }) => (haveOneFamily(given, name) ? editsBetween(given, name) : undefined));
      return meant && this.#prefix + meant.name;
    }
    const unset = variables.filter(({ name }) => this.#find(name, level) === undefined);
    const meant = nearest(unset, ({ name }) => strictly(upper, name));
    if (meant !== undefined) return meant.name;
    const named = unset.find(
      ({ name }) => upper.endsWith(`_${name}`) && isSlip(upper.slice(0, -name.length), this.#prefix),
    );
    return named && this.#prefix + named.name;
  }

  /** @param last the last of the levels that are looked at; all unless given. */
  #find(name: string, last = this.#levels.length - 1): Found | undefined {
    for (const level of this.#levels.slice(0, last + 1)) {
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

/** The first of those that are nearest. */
function nearest(
  variables: readonly EnvVariable[],
  distance: (variable: EnvVariable) => number | undefined,
): EnvVariable | undefined {
  let least = Number.POSITIVE_INFINITY;
  let found: EnvVariable | undefined;
  for (const variable of variables) {
    const far = distance(variable) ?? Number.POSITIVE_INFINITY;
    if (far >= least) continue;
    [least, found] = [far, variable];
  }
  return found;
}
