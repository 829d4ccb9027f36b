import { type Attributes, readAttributes } from './attributes.ts';
import { createChoices } from './choices.ts';
import { kindOf, notUnderstood } from './languages.ts';
import { type CodeBlock, readMarkdown } from './markdown.ts';
import type { ExercisePart, Fence, Page, PageProblem, ShownFence, UnknownFence } from './page.ts';

/** Reads a page: its fences in order, each with its place, its scope and what is expected of it. Never throws. */
export function extractPage(markdown: string, path: string): Page {
  // Some editors put a mark in front of the text, which is no part of it.
  const source = markdown.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
  const lines = source.split('\n');
  const document = readMarkdown(source, path);
  const problems: PageProblem[] = [...document.problems];
  if (source.includes('\0')) problems.push({ line: 1, message: NOT_UTF8 });
  const fences: Fence[] = [];
  const shown: ShownFence[] = [];
  const unknown: UnknownFence[] = [];
  const scopes = createScopes();
  const choices = createChoices();
  const headings: { depth: number; text: string }[] = [];
  let title = document.title;
  let previous: CodeBlock | undefined;

  for (const item of document.items) {
    if ('depth' in item) {
      while ((headings.at(-1)?.depth ?? 0) >= item.depth) headings.pop();
      // A heading of the first level is the title; it does not help to name what stands under it.
      if (item.depth === 1) title ??= item.text;
      else headings.push(item);
      continue;
    }
    if ('lost' in item) {
      const { line, lang, lost: reason } = item;
      problems.push({ line, message: reason });
      unknown.push({ line, lang, reason });
      continue;
    }
    const complain = (message: string, line = item.open) => problems.push({ line, message });
    const kind = kindOf(item.lang);
    if (kind === 'typescript') {
      if (!item.closed) complain('This fence is never closed.');
      const attributes = readAttributes(item.meta, complain);
      const id = `f${fences.length + 1}`;
      if (attributes.unknown) {
        const reason = `The attributes \`${item.meta}\` are not understood, so nothing is known of how to test this fence.`;
        unknown.push({ line: item.open, lang: item.lang, fence: id, reason });
      }
      const adjoins =
        previous !== undefined && isTypeScript(previous) && isBlank(lines.slice(previous.close, item.open - 1));
      const choice = choices.of({ id, block: item, attributes, adjoins, complain });
      const before = fences.at(-1);
      fences.push({
        id,
        path,
        code: item.code,
        line: item.open + 1,
        indent: item.indent,
        headings: headings.map(({ text }) => text),
        // The alternatives of a choice stand in for each other: none of them replaces the one before it.
        scope: choice?.continues && before ? before.scope : scopes.of(attributes),
        alternative: choice?.alternative,
        ...describe(attributes),
      });
    } else if (kind === 'output') {
      attachOutput(item, previous, fences, lines, complain);
    } else if (kind === 'json') {
      checkJson(item, complain);
    } else if (kind === 'shell') {
      // No command of a page is run here, so each has to say why it is only shown.
      const reason = readReason(item, complain);
      if (reason === undefined)
        complain(`A fence of commands is not run and has to say so: \`${item.lang} static="why"\`.`);
      shown.push({ line: item.open, lang: item.lang, reason });
    } else if (kind !== 'other') {
      const reason = readReason(item, complain);
      if (reason === undefined) {
        const message = notUnderstood(item.lang);
        complain(message);
        unknown.push({ line: item.open, lang: item.lang, reason: message });
      } else {
        shown.push({ line: item.open, lang: item.lang, reason });
      }
    }
    previous = item;
  }
  const { stores, problems: unfit } = choices.end();
  problems.push(...checkExercises(fences), ...unfit);
  return {
    path,
    title: title ?? fileName(path),
    fences,
    shown,
    unknown,
    stores,
    problems: problems.sort((a, b) => a.line - b.line),
  };
}

const NOT_UTF8 =
  'The page holds characters of the code 0, as text does that is saved as UTF-16: nothing can be read from it. Save it as UTF-8.';

function isTypeScript(block: CodeBlock): boolean {
  return kindOf(block.lang) === 'typescript';
}

/** Why a fence that is not TypeScript is only shown, if it says so. Other attributes concern nobody then. */
function readReason(block: CodeBlock, complain: (message: string) => void): string | undefined {
  const complaints: string[] = [];
  const { mode, reason } = readAttributes(block.meta, (message) => complaints.push(message));
  if (mode !== 'static' || reason === undefined) return undefined;
  for (const message of complaints) complain(message);
  return reason;
}

function describe(
  attributes: Attributes,
): Omit<Fence, 'id' | 'path' | 'code' | 'line' | 'indent' | 'headings' | 'scope' | 'alternative'> {
  const { startsScope: _, store: _store, unknown: _unknown, ...rest } = attributes;
  return rest;
}

/** Hands out scopes: the page's own, and one for each exercise and each test file. */
function createScopes() {
  let count = 0;
  const fresh = () => count++;
  const files = new Set<string>();
  const exercises = new Map<string, number>();
  let page: number | undefined;

  return {
    of({ mode, errors, exercise, test, file, startsScope }: Attributes): number {
      if (exercise) {
        const known = exercises.get(exercise.id);
        if (known !== undefined) return known;
        const scope = fresh();
        exercises.set(exercise.id, scope);
        return scope;
      }
      if (test) return fresh();
      const runs = mode !== 'static' && errors === undefined;
      const replaces = runs && file !== undefined && files.has(file);
      if (page === undefined || startsScope || replaces) page = fresh();
      if (runs && file !== undefined) files.add(file);
      return page;
    },
  };
}

function attachOutput(
  block: CodeBlock,
  previous: CodeBlock | undefined,
  fences: Fence[],
  lines: readonly string[],
  complain: (message: string) => void,
): void {
  if (previous && !isTypeScript(previous)) return; // the output of something that is not looked at
  const fence = fences.at(-1);
  const between = previous ? lines.slice(previous.close, block.open - 1) : [];
  if (!previous || !fence || !isBlank(between)) {
    complain('An `output` fence has to stand right after the `ts` fence whose console it shows.');
  } else if (fence.mode === 'static' || fence.errors) {
    complain('The `ts` fence before this `output` fence does not run, so nothing can check it: use `text` instead.');
  } else if (fence.alternative) {
    complain('An alternative of a choice has no `output` fence: show what is printed by the fences that import it.');
  } else {
    fences[fences.length - 1] = { ...fence, output: { text: block.code, line: block.open + 1 } };
  }
}

/** Whether there is nothing on the lines, but for the marks of a quotation. */
function isBlank(lines: readonly string[]): boolean {
  return lines.every((line) => /^[\s>]*$/.test(line));
}

function checkJson(block: CodeBlock, complain: (message: string) => void): void {
  try {
    JSON.parse(block.code);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    complain(`This JSON cannot be parsed: ${message.replaceAll(/\s+/g, ' ')}`);
  }
}

/** Each exercise has one starter, one of checks and one solution, and the starter comes first. */
function checkExercises(fences: readonly Fence[]): PageProblem[] {
  const exercises = new Map<string, { line: number; part: ExercisePart }[]>();
  for (const { exercise, line } of fences) {
    if (!exercise) continue;
    const parts = exercises.get(exercise.id) ?? [];
    exercises.set(exercise.id, [...parts, { line: line - 1, part: exercise.part }]);
  }
  const problems: PageProblem[] = [];
  for (const [id, parts] of exercises) {
    const line = parts[0]?.line ?? 1;
    for (const part of ['starter', 'checks', 'solution'] as const) {
      const found = parts.filter((other) => other.part === part);
      if (found.length === 0)
        problems.push({ line, message: `The exercise \`${id}\` has no \`exercise=${part}\` fence.` });
      for (const extra of found.slice(1)) {
        problems.push({
          line: extra.line,
          message: `The exercise \`${id}\` has another \`exercise=${part}\` fence on line ${found[0]?.line}. Give the second exercise of a page an id: \`exercise=${part} id=name\`.`,
        });
      }
    }
    if (parts[0] && parts[0].part !== 'starter') {
      problems.push({ line, message: `The exercise \`${id}\` has to begin with its \`exercise=starter\` fence.` });
    }
  }
  return problems;
}

function fileName(path: string): string {
  return path.replace(/^.*[\\/]/, '').replace(/\.mdx?$/, '');
}
