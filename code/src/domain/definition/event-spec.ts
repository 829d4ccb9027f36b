import { DefinitionError } from '../errors.ts';
import { checkedUpcasts, type Upcast } from './upcast.ts';

const word = '[A-Za-z][A-Za-z0-9_]*';
const typePattern = new RegExp(`^(?:(${word}(?:[.:/]${word})*)\\.)?(${word})$`);
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** These either change what an object is, or mean something to every object. */
const reserved = new Set([
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'toJSON',
  'then',
]);

/** What `event(…)` was told. */
export class EventSpec {
  /** As written: `Dog.Registered` for a class, `TrickAdded` for a method. */
  readonly type: string;
  /** What stands before the last dot, for the event of a class. */
  readonly topic: string | undefined;
  /** What stands after it. */
  readonly name: string;
  readonly parameters: readonly string[];
  /** The steps to the version of today, from version 1. */
  readonly upcasts: readonly Upcast[];
  /**
   * The full types under which aggregates record this event: known once their classes are decorated, and those of a class
   * that only states a topic, once it is used.
   */
  readonly recordedAs = new Set<string>();

  /** @throws {DefinitionError} if a name is not a name. */
  constructor(type: unknown, parameters: readonly unknown[], upcasts: unknown) {
    const checked = checkedType(type);
    this.type = checked.type;
    this.topic = checked.topic;
    this.name = checked.name;
    this.parameters = checkedParameters(checked.type, parameters);
    this.upcasts = checkedUpcasts(checked.type, upcasts);
    if (checked.topic !== undefined) this.recordedAs.add(checked.type);
  }

  /** The version in which this event is stored today. */
  get version(): number {
    return this.upcasts.length + 1;
  }
}

function checkedType(type: unknown): { type: string; topic: string | undefined; name: string } {
  if (typeof type !== 'string') {
    throw new DefinitionError(
      'ES_EVENT_NAME',
      typeof type === 'function'
        ? '@event needs the name of the event: write @event("Dog.Registered", "name") or @event("TrickAdded", "trick").'
        : `The name of an event must be a string, not ${type === null ? 'null' : typeof type}.`,
    );
  }
  const match = typePattern.exec(type);
  const name = match?.[2];
  if (name === undefined) {
    throw new DefinitionError(
      'ES_EVENT_NAME',
      `${JSON.stringify(type)} is not the name of an event. Use letters, digits and _, and dots between the parts: ` +
        '"Dog.Registered" above a class, "TrickAdded" above a method.',
    );
  }
  return { type, topic: match?.[1], name };
}

function checkedParameters(type: string, parameters: readonly unknown[]): readonly string[] {
  const names: string[] = [];
  for (const parameter of parameters) {
    const at = `event(${JSON.stringify(type)}, …)`;
    if (typeof parameter !== 'string' || !identifier.test(parameter)) {
      throw new DefinitionError(
        'ES_EVENT_PARAMETERS',
        `${at} got ${typeof parameter === 'string' ? JSON.stringify(parameter) : typeof parameter} as the name of a ` +
          'parameter. Give the parameters of the method or constructor by name, as strings, in their order.',
      );
    }
    if (reserved.has(parameter)) {
      throw new DefinitionError(
        'ES_EVENT_PARAMETERS',
        `${at} names a parameter ${parameter}, which already means something in every object. Rename the parameter.`,
      );
    }
    if (names.includes(parameter)) {
      throw new DefinitionError('ES_EVENT_PARAMETERS', `${at} names the parameter ${parameter} twice.`);
    }
    names.push(parameter);
  }
  return Object.freeze(names);
}
