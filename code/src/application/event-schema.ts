import { EventSchemaError } from './errors.ts';
import { topicsOf } from './topics-of.ts';

/** The events of an application as they are stored today: the version and the fields of each, by full type. */
export type EventSchema = Readonly<Record<string, { readonly version: number; readonly fields: readonly string[] }>>;

/**
 * The events of an application, to be recorded by a test and compared from then on. Given what was recorded last, it
 * makes sure that everything stored meanwhile can still be read: an event whose fields change needs a new version (see
 * `upcasts` of its token), no version is taken back, and an event that goes needs an alias.
 *
 * It knows the names of fields and not their types, which are gone at run time.
 *
 * @param application a class of applications.
 * @param recorded what an earlier call returned.
 * @returns what to record from now on.
 * @throws {EventSchemaError} if what has been stored could no longer be read.
 * @example
 * ```ts
 * import { Aggregate, Application, event, eventSchema } from 'eventsourcing';
 *
 * @event('Dog.Registered', 'name')
 * class Dog extends Aggregate {
 *   constructor(readonly name: string) { super(); }
 * }
 *
 * class DogSchool extends Application {
 *   static aggregates = [Dog];
 * }
 *
 * const recorded = { 'Dog.Registered': { version: 1, fields: ['name'] } }; // from a file beside the test
 * console.log(eventSchema(DogSchool, recorded)); // { 'Dog.Registered': { version: 1, fields: [ 'name' ] } }
 * ```
 */
export function eventSchema(
  application: abstract new (...args: never[]) => object,
  recorded: EventSchema = {},
): EventSchema {
  const topics = topicsOf(application);
  const current: Record<string, EventSchema[string]> = {};
  for (const [type, { version, parameters }] of [...topics.events()].sort(byType)) {
    current[type] = { version, fields: [...parameters].sort() };
  }
  const problems = Object.entries(recorded).flatMap(([type, before]) => {
    const problem = problemWith(type, before, current[topics.currentName(type)]);
    return problem === undefined ? [] : [problem];
  });
  if (problems.length > 0) throw new EventSchemaError(problems);
  return current;
}

function problemWith(
  type: string,
  before: EventSchema[string],
  now: EventSchema[string] | undefined,
): string | undefined {
  if (now === undefined)
    return `${type} is gone: if it was renamed, add its old name to static aliases; stored ones need it`;
  if (now.version < before.version) {
    return `${type} was v${before.version} and is v${now.version}: put back its upcasts, old events need each of them`;
  }
  const fields = [...before.fields].sort();
  if (now.version === before.version && now.fields.join() !== fields.join()) {
    return (
      `${type} v${now.version} had ${listed(fields)} and has ${listed(now.fields)}: add the upcast ` +
      `v${now.version}→v${now.version + 1}`
    );
  }
  return undefined;
}

function listed(fields: readonly string[]): string {
  return fields.length === 0 ? 'no fields' : `the fields ${fields.join(', ')}`;
}

function byType([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
