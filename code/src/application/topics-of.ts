import { named } from '../domain/definition/definition.ts';
import { DefinitionError } from '../domain/errors.ts';
import { type Aliases, Topics } from '../persistence/topics.ts';

/**
 * What a class of applications states: its aggregates, and the old names of topics and events.
 *
 * @throws {DefinitionError} if they do not fit together.
 */
export function topicsOf(application: abstract new (...args: never[]) => object): Topics {
  return new Topics(application.name || 'Application', aggregatesOf(application), aliasesOf(application));
}

function aggregatesOf(application: object): readonly unknown[] {
  const aggregates: unknown = Reflect.get(application, 'aggregates');
  if (aggregates === undefined) return [];
  if (Array.isArray(aggregates)) return aggregates;
  throw new DefinitionError('ES_NOT_AN_AGGREGATE', `The static aggregates of ${named(application)} must be an array.`);
}

function aliasesOf(application: object): Aliases {
  const aliases: unknown = Reflect.get(application, 'aliases');
  if (aliases === undefined) return {};
  if (typeof aliases === 'object' && aliases !== null) {
    const entries = Object.entries(aliases);
    if (entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) {
      return Object.fromEntries(entries);
    }
  }
  throw new DefinitionError(
    'ES_TOPIC_MISSING',
    `The static aliases of ${named(application)} must be an object of old names, each with the name of today.`,
  );
}
