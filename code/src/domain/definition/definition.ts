import { DefinitionError } from '../errors.ts';
import type { StateFunctions } from '../snapshot.ts';
import type { Transcoding } from '../values/transcoding.ts';
import type { Transcodings } from '../values/walk.ts';
import type { EventSpec } from './event-spec.ts';
import { type Mark, marksOf, marksOn, metadataOf } from './marks.ts';
import { refuseForeign } from './other-library.ts';
import { checkedUpcasts, type Upcast } from './upcast.ts';

/** Everything that is known about an aggregate class, worked out once. */
export class Definition {
  readonly type: Class;
  readonly topic: string;
  readonly created: EventSpec;
  /** The full type of the first event, for example `Dog.Registered`. */
  readonly createdType: string;
  readonly initialVersion: number;
  readonly transcodings: Transcodings;
  /** The steps of its snapshots' state to the version of today, from version 1. */
  readonly upcasts: readonly Upcast[];
  readonly snapshotFunctions: StateFunctions | undefined;
  readonly createId: ((...args: readonly unknown[]) => unknown) | undefined;
  readonly #marks = new Map<string, Mark>();
  /** Put together once: of a new text for each event, everybody who looks it up would have to work out the hash again. */
  readonly #types = new Map<EventSpec, string>();
  /** Whether its constructor can run again on an object that it has made. Tried out when it first matters; see undo.ts. */
  beginsAgain: boolean | undefined;
  /** What its source says of `#private` fields; see private-state.ts. */
  privateFields: 'shown' | 'none' | 'unknown' | undefined;

  constructor(type: Class) {
    this.type = type;
    const all = marksOf(type);
    const created = all.findLast((marks) => marks.created !== undefined)?.created;
    if (created?.topic === undefined) {
      refuseForeign(type, named(type));
      refuseForeign(metadataOf(type), `An event of ${named(type)}`);
      throw new DefinitionError(
        'ES_TOPIC_MISSING',
        `${named(type)} has no created event. Write @event('${type.name || 'Dog'}.Registered', …) above the class, ` +
          'with the names of its constructor parameters.',
      );
    }
    this.created = created;
    this.topic = topicOf(type, created.topic);
    this.createdType = `${this.topic}.${created.name}`;
    created.recordedAs.add(this.createdType);
    const keys = new Map<string, string | symbol>();
    for (const mark of all.flatMap((marks) => marks.methods)) {
      const other = mark.spec.name === created.name ? 'its constructor' : keys.get(mark.spec.name);
      if (other !== undefined && other !== mark.key) {
        throw new DefinitionError(
          'ES_EVENT_DUPLICATE',
          `${named(type)} records ${mark.spec.name} in ${String(mark.key)} and in ${String(other)}. ` +
            'Give each its own event: replay could not tell which of them to run.',
        );
      }
      keys.set(mark.spec.name, mark.key);
      const full = this.typeOf(mark.spec);
      mark.spec.recordedAs.add(full);
      // Base classes come first, so that the body of an override is the one that replay runs.
      this.#marks.set(full, mark);
    }
    this.initialVersion = initialVersionOf(type);
    this.transcodings = transcodingsByClass(type);
    this.createId = createIdOf(type);
    const upcasts: unknown = Reflect.get(type, 'upcasts');
    this.upcasts = upcasts === undefined ? [] : checkedUpcasts(named(type), upcasts);
    this.snapshotFunctions = snapshotFunctionsOf(type);
  }

  /** The full types of all its events, the created event first. */
  get types(): string[] {
    return [this.createdType, ...this.#marks.keys()];
  }

  typeOf(spec: EventSpec): string {
    let type = this.#types.get(spec);
    if (type === undefined) {
      type = `${this.topic}.${spec.name}`;
      this.#types.set(spec, type);
    }
    return type;
  }

  markOf(type: string): Mark | undefined {
    return this.#marks.get(type);
  }
}

/** A class at run time, with nothing known of its parameters. */
export type Class = abstract new (...args: never[]) => object;

const definitions = new WeakMap<Class, Definition>();

/** @throws {DefinitionError} if the class cannot record events. */
export function definitionOf(type: Class): Definition {
  let definition = definitions.get(type);
  if (definition === undefined) {
    definition = new Definition(type);
    definitions.set(type, definition);
  }
  return definition;
}

/** The transcodings that a class lists, with those that it inherits unless it states its own. */
export function listedTranscodings(type: object): Transcoding[] {
  const listed: unknown = Reflect.get(type, 'transcodings');
  if (listed === undefined) return [];
  if (!Array.isArray(listed)) {
    throw new DefinitionError('ES_TRANSCODING', `The static transcodings of ${named(type)} must be an array.`);
  }
  return listed.map((item: unknown, index) => {
    if (isTranscoding(item)) return item;
    throw new DefinitionError(
      'ES_TRANSCODING',
      `Item ${index} of the static transcodings of ${named(type)} was not made by transcoding(…).`,
    );
  });
}

export function named(type: object): string {
  return typeof type === 'function' && type.name !== '' ? `class ${type.name}` : 'an unnamed class';
}

function topicOf(type: Class, inherited: string): string {
  const stated: unknown = Object.hasOwn(type, 'topic') ? Reflect.get(type, 'topic') : undefined;
  const decorated = marksOn(type)?.created?.topic;
  if (stated !== undefined && (typeof stated !== 'string' || !/^[A-Za-z][A-Za-z0-9_.:/]*$/.test(stated))) {
    throw new DefinitionError('ES_EVENT_NAME', `The static topic of ${named(type)} must be a name, like 'Dog'.`);
  }
  if (decorated !== undefined) {
    if (stated !== undefined && stated !== decorated) {
      throw new DefinitionError(
        'ES_TOPIC_DUPLICATE',
        `${named(type)} has two topics: ${decorated} from @event and ${stated} from static topic. Keep the first.`,
      );
    }
    return decorated;
  }
  if (stated === undefined) {
    throw new DefinitionError(
      'ES_TOPIC_MISSING',
      `${named(type)} extends the aggregate ${inherited} and has no topic of its own, so its events could not be told ` +
        `from those of ${inherited}. Add: static topic = '${type.name || 'Puppy'}'.`,
    );
  }
  return stated;
}

function initialVersionOf(type: Class): number {
  const version: unknown = Reflect.get(type, 'initialVersion');
  if (version === undefined) return 1;
  if (typeof version === 'number' && Number.isSafeInteger(version) && version >= 0) return version;
  throw new DefinitionError(
    'ES_INVALID_ARGUMENT',
    `The static initialVersion of ${named(type)} must be a whole number from 0, not ${String(version)}.`,
  );
}

function createIdOf(type: Class): Definition['createId'] {
  const createId: unknown = Reflect.get(type, 'createId');
  if (createId === undefined) return undefined;
  if (typeof createId !== 'function') {
    throw new DefinitionError('ES_INVALID_ARGUMENT', `The static createId of ${named(type)} must be a method.`);
  }
  return (...args): unknown => Reflect.apply(createId, type, args);
}

function snapshotFunctionsOf(type: Class): Definition['snapshotFunctions'] {
  const functions: unknown = Reflect.get(type, 'snapshot');
  if (functions === undefined) return undefined;
  if (isSnapshotFunctions(functions)) return functions;
  throw new DefinitionError(
    'ES_INVALID_ARGUMENT',
    `The static snapshot of ${named(type)} must be an object of two functions: { to: (aggregate) => data, from: ` +
      '(aggregate, data) => { … } }.',
  );
}

function isSnapshotFunctions(value: unknown): value is StateFunctions {
  return (
    typeof value === 'object' &&
    value !== null &&
    'to' in value &&
    typeof value.to === 'function' &&
    'from' in value &&
    typeof value.from === 'function'
  );
}

function transcodingsByClass(type: Class): Transcodings {
  return new Map(listedTranscodings(type).map((transcoding) => [transcoding.type, transcoding]));
}

function isTranscoding(item: unknown): item is Transcoding {
  return (
    typeof item === 'object' &&
    item !== null &&
    'type' in item &&
    typeof item.type === 'function' &&
    'name' in item &&
    typeof item.name === 'string' &&
    'formerNames' in item &&
    Array.isArray(item.formerNames) &&
    'encode' in item &&
    typeof item.encode === 'function' &&
    'decode' in item &&
    typeof item.decode === 'function'
  );
}
