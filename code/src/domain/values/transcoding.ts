/**
 * How the values of one class are written and read. List it in `static transcodings` of the aggregates whose events
 * hold such values (or of a base class that they share).
 *
 * @example
 * ```ts
 * import { Aggregate, event, transcoding } from 'eventsourcing';
 *
 * class Money {
 *   constructor(readonly amount: bigint, readonly currency: string) {}
 * }
 *
 * const money = transcoding(Money, {
 *   name: 'money',
 *   encode: (value) => ({ amount: value.amount, currency: value.currency }),
 *   decode: (data) => new Money(data.amount, data.currency),
 * });
 *
 * @event('Account.Opened', 'deposit')
 * class Account extends Aggregate {
 *   static transcodings = [money];
 *   constructor(readonly deposit: Money) { super(); }
 * }
 *
 * console.log(new Account(new Money(5n, 'EUR')).deposit.currency); // EUR
 * ```
 */
export interface Transcoding {
  /** The class; its subclasses need transcodings of their own. */
  readonly type: abstract new (
    ...args: never[]
  ) => object;
  /** The name that is written beside the data. */
  readonly name: string;
  /** Names under which the same class was written in the past. They are read, and never written. */
  readonly formerNames: readonly string[];
  /** Turns an instance into data that events can hold. */
  encode(value: object): unknown;
  /** Turns that data into a new instance. */
  decode(data: unknown): object;
}

/** What `transcoding` asks for. `Data` is whatever `encode` returns: strings, numbers, arrays, objects, dates, … */
export interface TranscodingOptions<T extends object, Data> {
  readonly name: string;
  readonly formerNames?: readonly string[];
  encode(value: T): Data;
  decode(data: Data): T;
}

/** Describes how the values of a class are stored; see {@link Transcoding}. */
export function transcoding<T extends object, Data>(
  type: abstract new (...args: never[]) => T,
  options: TranscodingOptions<T, Data>,
): Transcoding {
  const { name, formerNames = [] } = options;
  return {
    type,
    name,
    formerNames,
    encode(value) {
      if (!(value instanceof type)) throw new TypeError(`The transcoding ${name} got a value of another class.`);
      return options.encode(value);
    },
    // The data was written by `encode` of the same name, which is what gives it its type.
    decode: (data) => options.decode(data as Data),
  };
}
