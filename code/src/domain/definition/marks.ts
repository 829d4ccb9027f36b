import { DefinitionError } from '../errors.ts';
import { COPY, OWN } from '../library-mark.ts';
import type { EventSpec } from './event-spec.ts';
import { refuseForeign } from './other-library.ts';

/** A recorded method: the event that it records and the body that the event runs. */
export interface Mark {
  readonly spec: EventSpec;
  readonly key: string | symbol;
  readonly body: (...args: unknown[]) => unknown;
}

/** What `event` left on one class. It lives in the class's decorator metadata, which other decorators do not hide. */
export class Marks {
  /** The class as it was written, without the Proxy around it. */
  target: object | undefined;
  created: EventSpec | undefined;
  readonly methods: Mark[] = [];
}

/**
 * Compilers look for `Symbol.metadata` when a class is defined, and leave metadata out where there is none.
 * `??=` with the registered symbol is what they themselves agree on.
 */
if (Reflect.get(Symbol, 'metadata') === undefined) {
  Object.defineProperty(Symbol, 'metadata', { value: Symbol.for('Symbol.metadata') });
}
export const METADATA = metadataSymbol();

const MARKS = Symbol('eventsourcing.marks');

/** The marks of the class that is being defined. */
export function marksIn(metadata: unknown): Marks {
  if (typeof metadata !== 'object' || metadata === null) {
    throw new DefinitionError(
      'ES_DECORATORS',
      'The compiler of this code gives decorators no metadata. Use TypeScript 5.2, esbuild 0.21, Babel 7.23 ' +
        '("2023-11") or SWC 1.3.100, or later ones, and import eventsourcing before the class is defined.',
    );
  }
  const own = ownMarks(metadata);
  if (own !== undefined) return own;
  refuseForeign(metadata, 'Another event of this class or of one that it extends');
  const marks = new Marks();
  Object.defineProperty(metadata, MARKS, { value: marks });
  Object.defineProperty(metadata, COPY, { value: OWN });
  return marks;
}

/**
 * The marks of a class and of those that it extends, the base class first. The classes are asked one by one: metadata
 * should inherit as they do, but SWC leaves that out where a class has decorators on its methods only.
 */
export function marksOf(type: object): Marks[] {
  const found: Marks[] = [];
  for (let link: unknown = type; typeof link === 'function'; link = Object.getPrototypeOf(link)) {
    const own = marksOn(link);
    if (own !== undefined) found.unshift(own);
  }
  return found;
}

/** The marks that a class has of its own. */
export function marksOn(type: object): Marks | undefined {
  if (!Object.hasOwn(type, METADATA)) return undefined;
  const metadata = metadataOf(type);
  return metadata === null ? undefined : ownMarks(metadata);
}

function ownMarks(metadata: object): Marks | undefined {
  if (!Object.hasOwn(metadata, MARKS)) return undefined;
  const marks: unknown = Reflect.get(metadata, MARKS);
  return marks instanceof Marks ? marks : undefined;
}

/** Metadata of a class, or of the one that it extends. */
export function metadataOf(type: object): object | null {
  const metadata: unknown = Reflect.get(type, METADATA);
  return typeof metadata === 'object' ? metadata : null;
}

function metadataSymbol(): symbol {
  const symbol: unknown = Reflect.get(Symbol, 'metadata');
  return typeof symbol === 'symbol' ? symbol : Symbol.for('Symbol.metadata');
}
