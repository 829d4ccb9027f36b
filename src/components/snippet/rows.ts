import { showText } from './long-text.ts';

/** A row of a console, and what it takes to draw it, in plain letters. */
export interface Row {
  readonly element: HTMLElement;
  readonly cost: number;
}

export function makeRow(kind: string, text: string): Row {
  const element = document.createElement('div');
  element.className = 'row';
  element.dataset.kind = kind;
  return { element, cost: showText(element, text) };
}

/** Adds rows to a place on the page, a bounded number per frame: a flood of them must leave the page responsive. */
export interface Rows {
  /** @param cost what it takes to draw it, in plain letters */
  add(row: Node, cost: number): void;
  /** Adds what fits into one frame now, and resolves when everything has been added, or cleared away. */
  settled(): Promise<void>;
  clear(): void;
}

/** What one frame has room for: with this much, it takes some tens of milliseconds. */
const MAX_ROWS = 300;
const MAX_COST = 100_000;
/** How near to its end a scrolled place counts as being at the end, in pixels. */
const NEAR_END = 24;
/** In a tab that nobody sees there are no frames, and the rows come all the same. */
const WITHOUT_FRAMES_MS = 200;

export function createRows(place: HTMLElement): Rows {
  let waiting: { readonly row: Node; readonly cost: number }[] = [];
  let listeners: (() => void)[] = [];
  let cancel: (() => void) | undefined;
  /** How far the place was scrolled to follow its rows: a reader who went up from there is reading. */
  let followedTo = 0;

  const release = () => {
    const released = listeners;
    listeners = [];
    for (const resolve of released) resolve();
  };
  const flush = () => {
    cancel?.();
    cancel = undefined;
    if (waiting.length > 0) {
      const batch = waiting.splice(0, fitting(waiting));
      const follows = place.scrollTop >= followedTo - NEAR_END;
      for (const { row } of batch) place.append(row);
      if (follows) {
        place.scrollTop = place.scrollHeight;
        followedTo = place.scrollTop;
      }
    }
    if (waiting.length > 0) cancel = soon(flush);
    else release();
  };

  return {
    add(row, cost) {
      waiting.push({ row, cost });
      cancel ??= soon(flush);
    },
    settled() {
      const settled = new Promise<void>((resolve) => listeners.push(resolve));
      flush();
      return settled;
    },
    clear() {
      cancel?.();
      cancel = undefined;
      waiting = [];
      followedTo = 0;
      place.replaceChildren();
      release();
    },
  };
}

/** How many of the waiting rows go into one frame: at least one. */
function fitting(waiting: readonly { readonly cost: number }[]): number {
  let [count, sum] = [0, 0];
  for (const { cost } of waiting) {
    sum += cost;
    if (count > 0 && (count === MAX_ROWS || sum > MAX_COST)) break;
    count++;
  }
  return count;
}

/** Calls back with the next frame. Returns how to take that back. */
function soon(work: () => void): () => void {
  const frame = requestAnimationFrame(work);
  const timer = setTimeout(work, WITHOUT_FRAMES_MS);
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}
