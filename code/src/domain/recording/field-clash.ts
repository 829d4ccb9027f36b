import { named } from '../definition/definition.ts';
import { DefinitionError } from '../errors.ts';
import { activity, type Construction } from './activity.ts';

/**
 * Finds out whether a constructor failed because its class has fields of its own called `id` or `version`. It runs once
 * more, on an object that lets it have them. Nothing of this is done unless a constructor fails.
 *
 * @throws {DefinitionError} if that is so.
 */
export function refuseUnfit(
  { definition, event, object }: Construction,
  construct: () => unknown,
  cause: unknown,
): void {
  if (!(cause instanceof TypeError) || object === undefined) return;
  const clashes = new Set<string>();
  const construction: Construction = { kind: 'construction', definition, event, clashes, object: undefined };
  try {
    activity.run(construction, construct);
  } catch {
    // It fails for another reason too, which is the one to report if there is no clash.
  }
  for (const name of ['id', 'version']) {
    const descriptor = construction.object && Reflect.getOwnPropertyDescriptor(construction.object, name);
    if (descriptor?.get === undefined) clashes.add(name);
  }
  const [name] = clashes;
  if (name === undefined) return;
  throw new DefinitionError(
    'ES_EVENT_TARGET',
    `${named(definition.type)} has a field called ${name}, and so has every aggregate: ${MEANINGS[name]}. Rename the ` +
      "field. (An aggregate's id can be given with static createId or recordAs.)",
    { cause },
  );
}

const MEANINGS: Readonly<Record<string, string>> = {
  id: 'it identifies the aggregate',
  version: 'it counts the events',
};
