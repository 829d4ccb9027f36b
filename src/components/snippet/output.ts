import type { ConsoleEntry, ErrorReport } from '../../probe/entry.ts';
import { renderError } from '../../probe/render.ts';
import { createEarlier } from './earlier.ts';
import type { Figure } from './figure.ts';
import { showText } from './long-text.ts';
import { createRows, makeRow, type Row } from './rows.ts';

/** What the console of a snippet shows, row by row. The text of a row is what was printed, as far as it can be shown. */
export interface Output {
  /** @param others what the lines that are folded away stem from, in words */
  clear(others: string): void;
  entry(entry: ConsoleEntry): void;
  /** @param expected a fence that is meant to fail has failed: no advice is given */
  error(error: ErrorReport, expected: boolean): void;
  /** Closes the run: a silent one says that it was silent. Resolves when everything is shown. */
  end(silence: string): Promise<void>;
}

export function createOutput({ log, earlier, versions, shown }: Figure): Output {
  /** The fences whose lines belong in the console. */
  const own = new Set(versions.map(({ fence }) => fence));
  const rows = createRows(log);
  const before = createEarlier(earlier);
  let count = 0;

  const add = ({ element, cost }: Row) => {
    count++;
    // It can be long enough to scroll now, and a keyboard has to reach it then.
    log.tabIndex = 0;
    rows.add(element, cost);
  };

  return {
    clear(others) {
      count = 0;
      rows.clear();
      before.clear(others);
    },
    entry(entry) {
      if (!own.has(entry.fence)) return before.add(entry.text);
      const line = makeRow(entry.kind, entry.text);
      if (entry.kind === 'show' && entry.line !== undefined) line.element.dataset.line = String(entry.line);
      add(line);
      if (entry.full !== undefined && entry.full !== entry.text) add(fuller(entry.full));
    },
    error(error, expected) {
      const text = renderError(error);
      if (expected && error.fence !== undefined && !own.has(error.fence)) return before.add(text);
      add(makeRow('failure', text));
      if (expected) return;
      if (error.at) {
        const place = makeRow('place', '');
        place.element.append(placeOf(error.at, shown().fence));
        add(place);
      }
      if (error.hint) add(makeRow('hint', error.hint));
      if (error.actual !== undefined && error.expected !== undefined) add(sides(error.actual, error.expected));
    },
    async end(silence) {
      if (count === 0) add(makeRow('quiet', silence));
      await Promise.all([rows.settled(), before.settled()]);
    },
  };
}

/** The fuller text of a value that was cut short, made when the reader opens it. */
function fuller(full: string): Row {
  const details = document.createElement('details');
  const summary = document.createElement('summary');
  details.className = 'fuller';
  // The visible label is drawn by the style sheet, so that the console's text is what was printed and no more.
  summary.ariaLabel = 'The whole value';
  details.append(summary);
  details.addEventListener('toggle', () => details.append(makeRow('full', full).element), { once: true });
  return { element: details, cost: 0 };
}

function sides(actual: string, expected: string): Row {
  let cost = 0;
  const box = document.createElement('div');
  box.className = 'sides';
  for (const [name, value] of [
    ['expected', expected],
    ['received', actual],
  ] as const) {
    const side = document.createElement('div');
    const label = document.createElement('div');
    const text = document.createElement('div');
    side.className = 'side';
    label.className = 'side-name';
    label.textContent = name;
    text.className = 'side-value';
    cost += showText(text, value);
    side.append(label, text);
    box.append(side);
  }
  return { element: box, cost };
}

/** A place in the reader's code, as seen from a fence: in words, or as a link to an earlier one. */
function placeOf({ fence, line }: NonNullable<ErrorReport['at']>, from: string): Node {
  if (fence === from) return document.createTextNode(`at line ${line}`);
  // An alternative of a choice stands in the figure of the first one.
  const name = CSS.escape(fence);
  const other = document.querySelector(`figure.snippet#${name}, figure.snippet:has([data-of="${name}"])`);
  if (!other) return document.createTextNode(`at line ${line} of the checks`);
  const link = document.createElement('a');
  link.href = `#${other.id}`;
  link.textContent = `at line ${line} of an earlier snippet`;
  return link;
}
