import { activity, type Birth } from './activity.ts';
import { named } from './definition.ts';
import { DefinitionError } from './errors.ts';

/**
 * Finds out whether a constructor failed because its class has fields of its own called `id` or `version`. It runs once
 * more, on an object that lets it have them. Nothing of this is done unless a constructor fails.
 *
 * @throws {DefinitionError} if that is so.
 */
export function refuseUnfit({ definition, event, object }: Birth, construct: () => unknown, cause: unknown): void {
  if (!(cause instanceof TypeError) || object === undefined) return;
  const clashes = new Set<string>();
  const birth: Birth = { kind: 'birth', definition, event, clashes, object: undefined };
  try {
    activity.run(birth, construct);
  } catch {
    // It fails for another reason too, which is the one to report if there is no clash.
  }
  for (const name of ['id', 'version']) {
    const descriptor = birth.object && Reflect.getOwnPropertyDescriptor(birth.object, name);
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
