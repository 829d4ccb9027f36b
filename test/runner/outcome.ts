import { renderError } from '../../src/probe/render.ts';
import type { Outcome } from './page/page.ts';

/** What a reader sees of a run: its console, and its error as one line, the place in front. */
export function lines({ events }: Outcome): string[] {
  return events.flatMap((event) => {
    if (event.type === 'console') return [`${event.entry.kind} ${event.entry.text}`];
    if (event.type === 'test') return [`test ${event.result.status} ${event.result.name}`];
    if (event.type === 'progress' || event.type === 'kept') return [];
    const { at } = event.error;
    return [`${at ? `${at.fence}:${at.line}:${at.column} ` : ''}${renderError(event.error)}`];
  });
}
