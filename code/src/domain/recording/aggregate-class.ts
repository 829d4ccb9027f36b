import { type Class, type Definition, named } from '../definition/definition.ts';
import { refuseForeign } from '../definition/other-library.ts';
import { EventSourcingError } from '../errors.ts';
import { AggregateCore } from './aggregate-core.ts';

/** A class of aggregates, whatever its constructor takes. */
export type AggregateClass<A extends AggregateCore = AggregateCore> = abstract new (...args: never[]) => A;

export function isAggregateClass(type: unknown): type is AggregateClass & Class {
  if (typeof type !== 'function') return false;
  const prototype: unknown = Reflect.get(type, 'prototype');
  return prototype instanceof AggregateCore;
}

/** The class of a definition is one of aggregates: `event` refuses all others. */
export function typeOf(definition: Definition): AggregateClass {
  const { type } = definition;
  if (isAggregateClass(type)) return type;
  refuseForeign(type, named(type));
  throw new EventSourcingError('ES_NOT_AN_AGGREGATE', `${named(type)} does not extend Aggregate.`);
}
