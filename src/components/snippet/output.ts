import type { ConsoleEntry, ErrorReport } from '../../probe/entry.ts';
import { renderError } from '../../probe/render.ts';

/** What the console of a snippet shows, row by row. The text of a row is exactly what was printed. */
export interface Output {
  /** @param others what the lines that are folded away stem from, in words */
  clear(others: string): void;
  entry(entry: ConsoleEntry): void;
  /** @param expected a fence that is meant to fail has failed: no advice is given */
  error(error: ErrorReport, expected: boolean): void;
  /** Closes the run: everything that waits is shown, and a silent run says that it was silent. */
  end(silence: string): void;
}

export interface OutputOptions {
  /** The one region of the console. */
  readonly log: HTMLElement;
  /** Where the lines of earlier fences go. */
  readonly earlier: HTMLDetailsElement | null;
  /** The fences whose lines belong in the console. */
  readonly own: ReadonlySet<string>;
  /** Writes a place in the reader's code as a link or text. */
  readonly placeOf: (at: NonNullable<ErrorReport['at']>) => Node;
}

/** How near to its end a scrolled console counts as being at the end, in pixels. */
const nearEnd = 24;

/** Rows are written once per frame: a flood of them must leave the page responsive. */
export function createOutput({ log, earlier, own, placeOf }: OutputOptions): Output {
  const waiting: Node[] = [];
  const before: string[] = [];
  let frame = 0;
  let rows = 0;
  let origin = '';

  const flush = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    if (before.length > 0 && earlier) showEarlier(earlier, before, origin);
    if (waiting.length === 0) return;
    // A reader who scrolled up is reading: the console follows its end only for one who is there.
    const follows = log.scrollHeight - log.scrollTop - log.clientHeight < nearEnd;
    log.append(...waiting.splice(0));
    // It can be long enough to scroll now, and a keyboard has to reach it then.
    log.tabIndex = 0;
    if (follows) log.scrollTop = log.scrollHeight;
  };
  const add = (...nodes: Node[]) => {
    rows += nodes.length;
    waiting.push(...nodes);
    frame ||= requestAnimationFrame(flush);
  };

  const addEarlier = (text: string) => {
    before.push(text);
    frame ||= requestAnimationFrame(flush);
  };

  return {
    clear(others) {
      origin = others;
      cancelAnimationFrame(frame);
      frame = 0;
      rows = 0;
      waiting.length = 0;
      before.length = 0;
      log.replaceChildren();
      if (earlier) {
        earlier.hidden = true;
        earlier.open = false;
      }
    },
    entry(entry) {
      if (!own.has(entry.fence)) return addEarlier(entry.text);
      const line = row(entry.kind, entry.text);
      if (entry.kind === 'show' && entry.line !== undefined) line.dataset.line = String(entry.line);
      add(line);
      if (entry.full !== undefined && entry.full !== entry.text) add(fuller(entry.full));
    },
    error(error, expected) {
      const text = renderError(error);
      if (expected && error.fence !== undefined && !own.has(error.fence)) return addEarlier(text);
      add(row('failure', text));
      if (expected) return;
      if (error.at) {
        const place = row('place', '');
        place.append(placeOf(error.at));
        add(place);
      }
      if (error.hint) add(row('hint', error.hint));
      if (error.actual !== undefined && error.expected !== undefined) add(sides(error.actual, error.expected));
    },
    end(silence) {
      if (rows === 0) add(row('quiet', silence));
      flush();
    },
  };
}

function row(kind: string, text: string): HTMLElement {
  const element = document.createElement('div');
  element.className = 'row';
  element.dataset.kind = kind;
  element.textContent = text;
  return element;
}

/** The fuller text of a value that was cut short, made when the reader opens it. */
function fuller(full: string): HTMLElement {
  const details = document.createElement('details');
  const summary = document.createElement('summary');
  details.className = 'fuller';
  // The visible label is drawn by the style sheet, so that the console's text is what was printed and no more.
  summary.ariaLabel = 'The whole value';
  details.append(summary);
  details.addEventListener('toggle', () => details.append(row('full', full)), { once: true });
  return details;
}

function sides(actual: string, expected: string): HTMLElement {
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
    text.textContent = value;
    side.append(label, text);
    box.append(side);
  }
  return box;
}

function showEarlier(earlier: HTMLDetailsElement, texts: readonly string[], origin: string): void {
  const summary = earlier.querySelector('summary');
  const body = earlier.querySelector('.console-rows');
  if (!summary || !body) return;
  const lines = texts.reduce((sum, text) => sum + text.split('\n').length, 0);
  summary.textContent = `${lines} ${lines === 1 ? 'line' : 'lines'} from ${origin}`;
  earlier.hidden = false;
  const fill = () => body.replaceChildren(...texts.map((text) => row('log', text)));
  if (earlier.open) fill();
  earlier.ontoggle = () => {
    if (earlier.open) fill();
  };
}
