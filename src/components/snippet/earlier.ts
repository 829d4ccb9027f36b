import { createRows, makeRow } from './rows.ts';

/** The lines of earlier fences: counted as they come, and written when the reader opens the fold. */
export interface Earlier {
  add(text: string): void;
  /** @param origin what the lines stem from, in words */
  clear(origin: string): void;
  settled(): Promise<void>;
}

export function createEarlier(fold: HTMLDetailsElement | null): Earlier {
  const summary = fold?.querySelector('summary');
  const body = fold?.querySelector<HTMLElement>('.console-rows');
  // A page without the fold has nowhere to show them.
  if (!fold || !summary || !body) return { add() {}, clear() {}, settled: async () => {} };
  const rows = createRows(body);
  let texts: string[] = [];
  let written = 0;
  let lines = 0;
  let origin = '';

  const write = () => {
    if (!fold.open) return;
    for (const text of texts.slice(written)) {
      const { element, cost } = makeRow('log', text);
      rows.add(element, cost);
    }
    written = texts.length;
  };
  fold.addEventListener('toggle', write);

  return {
    add(text) {
      texts.push(text);
      lines += lineCount(text);
      summary.textContent = `${lines} ${lines === 1 ? 'line' : 'lines'} from ${origin}`;
      fold.hidden = false;
      write();
    },
    clear(others) {
      origin = others;
      texts = [];
      written = 0;
      lines = 0;
      rows.clear();
      fold.hidden = true;
      fold.open = false;
    },
    settled: () => rows.settled(),
  };
}

function lineCount(text: string): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
