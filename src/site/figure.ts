import type { Element, ElementContent, Properties } from 'hast';
import type { Fence, StoreName } from '../extract/page.ts';
import { STORES } from '../extract/stores.ts';
import { element, text } from './hast.ts';

export interface FigureParts {
  readonly fence: Fence;
  /** The highlighted lines of the code. */
  readonly lines: readonly ElementContent[];
  /** What the fence prints, as recorded or as its `output` fence says; absent when nobody wrote it down. */
  readonly printed?: string;
  /** The other fences that run with this one, in order. */
  readonly needs: readonly string[];
  /** The fence that checks this one, for the starter of an exercise. */
  readonly checks?: string;
}

/** The figure for a `ts` fence: live with its buttons and console, or shown only, with the reason. */
export function figureFor(parts: FigureParts): Element {
  const { fence } = parts;
  if (fence.exercise?.part === 'checks') return folded('The checks', codeBlock(parts.lines, 'ts'));
  if (fence.exercise?.part === 'solution') return folded('A solution', codeBlock(parts.lines, 'ts'));
  if (fence.mode !== 'live' || fence.errors) return shownFigure(parts);
  return liveFigure(parts);
}

/** One of the alternatives of a choice of store. */
export interface AlternativeParts extends FigureParts {
  readonly store: StoreName;
}

/** The one figure for the alternatives of a choice of store, and what the reader should know before choosing. */
export function choiceFigure(
  parts: AlternativeParts,
  alternatives: readonly AlternativeParts[],
  note: string | undefined,
): Element {
  const needs = [...new Set(alternatives.flatMap((each) => each.needs))];
  return liveFigure({ ...parts, needs }, { alternatives, note });
}

interface Choice {
  readonly alternatives: readonly AlternativeParts[];
  readonly note: string | undefined;
}

/** Code in any other language: highlighted and no more. */
export function plainFigure(lines: readonly ElementContent[], language: string): Element {
  return element('figure', { className: ['snippet', 'not-content'] }, codeBlock(lines, language));
}

function liveFigure({ fence, lines, printed, needs, checks }: FigureParts, choice?: Choice): Element {
  const figure = element(
    'figure',
    {
      id: fence.id,
      className: ['snippet', 'not-content'],
      dataSnippet: '',
      dataFence: fence.id,
      dataStatus: 'idle',
      dataNeeds: needs.join(' '),
      dataThrows: fence.throws === undefined ? undefined : '',
      dataChecks: checks,
      dataKeeps: fence.keeps ? '' : undefined,
      dataLines: printed === undefined ? undefined : String(lineCount(printed)),
    },
    liveHead(fence, choice?.alternatives.map((each) => each.fence.id) ?? ['']),
    ...(choice ? [storeTabs(choice), alternativeBlocks(choice)] : [codeBlock(lines, 'ts')]),
    bar(checks !== undefined),
    fence.keeps ? element('p', { className: ['snippet-keeps'], dataPagefindIgnore: '' }, text(KEEPS)) : undefined,
    element('div', { className: ['snippet-note'], dataNote: '', hidden: true }),
    checks === undefined
      ? undefined
      : element('div', { className: ['snippet-checks'], dataCheckList: '', role: 'status', ariaLabel: 'Checks' }),
    element('div', { className: ['console'], role: 'log', ariaLabel: 'Console', dataPagefindIgnore: '' }),
    element(
      'details',
      { className: ['fold', 'earlier'], dataEarlier: '', hidden: true },
      element('summary', {}, text('Lines from earlier snippets')),
      element('div', { className: ['console-rows'], role: 'group', ariaLabel: 'Earlier lines', tabIndex: 0 }),
    ),
    printed === undefined ? undefined : recorded(printed, 'What it prints'),
  );
  return element('live-snippet', {}, figure);
}

const KEEPS = 'Keeps what it stores between runs. Reset clears it.';

/** The line above the code. It is always there, so that the editor's tabs find their place without moving anything. */
function liveHead(fence: Fence, versions: readonly string[]): Element {
  const mark = (words: string, properties: Properties) =>
    element('span', { className: ['snippet-mark'], ...properties }, text(words));
  return element(
    'figcaption',
    { className: ['snippet-head'], dataPagefindIgnore: '' },
    // Each alternative of a choice has an editor of its own, with tabs of its own.
    ...versions.map((version, index) =>
      element(
        'span',
        { className: ['snippet-tabs'], dataTabs: version, hidden: index > 0 },
        element('span', { className: ['snippet-file'] }, text(fence.file ?? 'snippet.ts')),
      ),
    ),
    fence.throws === undefined ? undefined : mark('meant to fail', {}),
    mark('edited', { dataEdited: '', hidden: true }),
    mark('uses your edits above', { dataCarried: '', hidden: true }),
    element('span', { className: ['snippet-hint'], dataHint: '' }),
  );
}

/** The tabs of a choice. Without JavaScript they are not shown: then all alternatives are. */
function storeTabs({ alternatives, note }: Choice): Element {
  return element(
    'div',
    { className: ['snippet-stores'], dataPagefindIgnore: '' },
    element(
      'div',
      { className: ['store-tabs'], role: 'tablist', ariaLabel: 'Store', dataStores: '' },
      ...alternatives.map(({ store, fence }, index) =>
        element(
          'button',
          {
            type: 'button',
            role: 'tab',
            id: `${fence.id}-tab`,
            ariaSelected: String(index === 0),
            ariaControls: [`${fence.id}-code`],
            tabIndex: index === 0 ? 0 : -1,
            dataStore: store,
          },
          text(STORES[store]),
        ),
      ),
    ),
    note === undefined ? undefined : element('span', { className: ['store-note'] }, text(note)),
  );
}

/** All lie in one place, so that the tallest one reserves the room and nothing moves when another is chosen. */
function alternativeBlocks({ alternatives }: Choice): Element {
  return element(
    'div',
    { className: ['snippet-alternatives'] },
    ...alternatives.map(({ store, fence, lines }, index) =>
      element(
        'div',
        {
          id: `${fence.id}-code`,
          className: ['alternative'],
          dataAlternative: store,
          dataOf: fence.id,
          dataChosen: index === 0 ? '' : undefined,
        },
        element('p', { className: ['alternative-name'] }, text(STORES[store])),
        codeBlock(lines, 'ts'),
      ),
    ),
  );
}

/** Every button is always there and always does no harm; `data-status` dims those with nothing to do. */
function bar(checkable: boolean): Element {
  const button = (name: string) => element('button', { type: 'button', dataAction: name.toLowerCase() }, text(name));
  return element(
    'div',
    { className: ['snippet-bar'], dataPagefindIgnore: '' },
    button('Run'),
    button('Stop'),
    button('Edit'),
    button('Reset'),
    checkable ? button('Check') : undefined,
    element('span', { className: ['snippet-state'], dataState: '' }),
  );
}

function shownFigure({ fence, lines, printed }: FigureParts): Element {
  const marks: string[] = [];
  if (fence.errors) marks.push(`does not compile (${fence.errors.map((code) => `TS${code}`).join(', ')})`);
  if (fence.mode === 'static') marks.push(`shown, not run: ${fence.reason ?? ''}`);
  if (fence.mode === 'node') marks.push(`runs in Node: ${fence.reason ?? ''}`);
  // A file is there to be imported: that it prints nothing is nothing to tell.
  const isSilent = printed === undefined || (printed === '' && fence.file !== undefined);
  return element(
    'figure',
    { id: fence.id, className: ['snippet', 'snippet-shown', 'not-content'] },
    caption(fence.file, marks),
    codeBlock(lines, 'ts'),
    isSilent ? undefined : recorded(printed, fence.errors ? 'What the compiler says' : 'What it prints'),
  );
}

function caption(file: string | undefined, marks: readonly string[]): Element | undefined {
  if (file === undefined && marks.length === 0) return undefined;
  return element(
    'figcaption',
    { className: ['snippet-head'] },
    file === undefined ? undefined : element('span', { className: ['snippet-file'] }, text(file)),
    ...marks.map((mark) => element('span', { className: ['snippet-mark'] }, text(mark))),
  );
}

function codeBlock(lines: readonly ElementContent[], language: string): Element {
  return element(
    'div',
    { className: ['snippet-code'], dataCode: '' },
    element(
      'pre',
      { className: ['shiki'], tabIndex: 0, dataLanguage: language, translate: 'no' },
      element('code', {}, ...lines),
    ),
  );
}

/** Open in the HTML, for readers without JavaScript; the page's script folds it, because a reader predicts first. */
function recorded(printed: string, summary: string): Element {
  return element(
    'details',
    { className: ['fold', 'recorded'], dataRecorded: '', open: true },
    element('summary', {}, text(summary)),
    element('pre', { tabIndex: 0, translate: 'no' }, text(printed === '' ? 'Nothing.' : printed)),
  );
}

function folded(summary: string, ...children: Element[]): Element {
  return element(
    'details',
    { className: ['snippet', 'fold', 'not-content'], dataPagefindIgnore: '' },
    element('summary', {}, text(summary)),
    ...children,
  );
}

function lineCount(printed: string): number {
  return printed === '' ? 1 : printed.split('\n').length;
}
