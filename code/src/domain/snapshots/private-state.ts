/**
 * Which classes have state in `#private` fields. Nobody but the class itself can read those, so without its help a
 * snapshot would lack them. Private methods hold no state and are no reason to refuse one.
 */

import { declaresPrivateFields } from '../definition/class-source.ts';
import type { Definition } from '../definition/definition.ts';
import { marksOn } from '../definition/marks.ts';
import type { DomainEvent } from '../domain-event.ts';
import { AggregateCore } from '../recording/aggregate-core.ts';
import { constructAgain } from '../recording/replay.ts';
import { beginsAgain } from '../recording/undo.ts';
import { makesWeakEntries } from './weak-entries.ts';

/** Whether the source of the class shows it, so that it is known before there is an aggregate. */
export function showsPrivateState(definition: Definition): boolean {
  definition.privateFields ??= privateFieldsOf(definition);
  return definition.privateFields === 'shown';
}

/** Whether it has some, wherever a compiler has put them. */
export function hasPrivateState(definition: Definition, created: DomainEvent): boolean {
  if (showsPrivateState(definition)) return true;
  const makesEntries = makesWeakEntries(() => constructAgain(definition, created));
  if (makesEntries === true) return true;
  // Private methods, too, keep a constructor from running twice. They are believed in only where all else is known.
  const isKnown = makesEntries === false && definition.privateFields === 'none';
  return !isKnown && !beginsAgain(definition, created);
}

function privateFieldsOf({ type }: Definition): Definition['privateFields'] {
  const found = linksOf(type).map(declaresPrivateFields);
  if (found.includes(true)) return 'shown';
  return found.includes(undefined) ? 'unknown' : 'none';
}

/** A class and those that it extends, as they were written: a Proxy does not show the source of what it stands for. */
function linksOf(type: object): object[] {
  const links: object[] = [];
  for (
    let link: unknown = type;
    typeof link === 'function' && link !== AggregateCore;
    link = Object.getPrototypeOf(link)
  ) {
    links.push(marksOn(link)?.target ?? link);
  }
  return links;
}
