/** What the variables are that an application can be set up by; as data, so that errors and documentation say the same. */

interface Described {
  /** As it is without the prefix of an application, for example `SQLITE_DBNAME`. */
  readonly name: string;
  /** What it says, and what holds if it is not set. */
  readonly doc: string;
  /** What a number counts, for example `milliseconds`. */
  readonly unit?: string;
  /** The name of a variable that this one has no effect beside, for example `POSTGRES_URL`. */
  readonly unless?: string;
}

/** A variable whose value is taken as it is. */
export interface TextVariable extends Described {
  readonly type: 'text';
  /** Whether the value must not be shown, not even in an error. */
  readonly isSecret?: boolean;
}

/** A variable that holds a whole number, in decimal digits. */
export interface IntegerVariable extends Described {
  readonly type: 'integer';
  readonly min: number;
  readonly max?: number;
}

/** A variable that holds yes or no; also `y`, `true`, `t`, `on`, `1` and `n`, `false`, `f`, `off`, `0`, in capitals too. */
export interface BooleanVariable extends Described {
  readonly type: 'boolean';
}

/** A variable that holds one of a few words. */
export interface ChoiceVariable<C extends string = string> extends Described {
  readonly type: 'choice';
  readonly choices: readonly C[];
}

/** A variable that an application can be set up by, see `fromEnv`. */
export type EnvVariable = TextVariable | IntegerVariable | BooleanVariable | ChoiceVariable;

/** Gets the values of variables. What is not set, or empty, is undefined; what cannot be right is an `EnvironmentError`. */
export interface EnvReader {
  text(variable: TextVariable): string | undefined;
  /** @throws {EnvironmentError} if it is not set. */
  requiredText(variable: TextVariable): string;
  integer(variable: IntegerVariable): number | undefined;
  boolean(variable: BooleanVariable): boolean | undefined;
  choice<C extends string>(variable: ChoiceVariable<C>): C | undefined;
  /** Makes something of a value. An `ArgumentError` becomes an `EnvironmentError` that names the variable. */
  blame<R>(variable: EnvVariable, make: () => R): R;
}

/** How something is made from variables, for the registry that `fromEnv` is given: `sqliteFromEnv`, for example. */
export interface FromEnv<T> {
  /** All that `create` asks for. */
  readonly variables: readonly EnvVariable[];
  create(env: EnvReader): T;
}
