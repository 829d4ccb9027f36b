import { fromMarkdown } from 'mdast-util-from-markdown';
import { mdxFromMarkdown } from 'mdast-util-mdx';
import { mdxjs } from 'micromark-extension-mdxjs';
import { isMap, LineCounter, parseDocument } from 'yaml';
import { kindOf, readInfo } from './languages.ts';
import type { PageProblem } from './page.ts';

/** A fenced block of any language, with its place in the file. Lines count from 1. */
export interface CodeBlock {
  readonly lang: string;
  readonly meta: string;
  /** Without the fence's own indentation. */
  readonly code: string;
  /** The line of the opening fence. */
  readonly open: number;
  /** The line of the closing fence, or the last line of the file's part that it runs to, if it is never closed. */
  readonly close: number;
  readonly closed: boolean;
  readonly indent: number;
}

/** A line that looks like the opening of a fence with code to be tested, and is none to Markdown. */
export interface LostFence {
  readonly lost: string;
  readonly line: number;
  readonly lang: string;
}

export interface Heading {
  readonly depth: number;
  readonly text: string;
  readonly line: number;
}

export interface Document {
  readonly title?: string;
  /** Fences and headings in the order of the file. */
  readonly items: readonly Item[];
  readonly problems: readonly PageProblem[];
}

export type Item = CodeBlock | Heading | LostFence;

type Root = ReturnType<typeof fromMarkdown>;
type Node = Root | Root['children'][number];

const FRONTMATTER = /^---[ \t]*\n([\s\S]*?)^---[ \t]*(?:\n|$)/m;

/** Reads CommonMark, or MDX for a path that ends in `.mdx`. A block of YAML at the top is the page's own data. */
export function readMarkdown(source: string, path: string): Document {
  const problems: PageProblem[] = [];
  const front = source.startsWith('---') ? FRONTMATTER.exec(source) : null;
  const yaml = front?.index === 0 && isFrontMatter(front[1] ?? '') ? front : null;
  const title = yaml ? readTitle(yaml[1] ?? '', problems) : undefined;
  // Blank lines in place of the front matter, so that everything after it keeps its line.
  const body = yaml ? yaml[0].replaceAll(/[^\n]/g, '') + source.slice(yaml[0].length) : source;

  const items: Item[] = [];
  const root = parse(body, path, problems);
  if (root) collect(root, body, items);
  return { title, items, problems };
}

/** A page may also begin with a line across it: what stands between that one and the next is no data then. */
function isFrontMatter(text: string): boolean {
  const { contents, errors } = parseDocument(text, { prettyErrors: false });
  if (errors.length === 0) return contents === null || isMap(contents);
  const first = text.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#'));
  return first !== undefined && /^[\w"'-]+\s*:/.test(first);
}

function parse(body: string, path: string, problems: PageProblem[]): Root | undefined {
  if (!path.endsWith('.mdx')) return fromMarkdown(body);
  try {
    return fromMarkdown(body, { extensions: [mdxjs()], mdastExtensions: [mdxFromMarkdown()] });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const reason = 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message;
    // A tag that is still open at the end has its place only in the sentence.
    const line = lineOf('place' in error ? error.place : undefined) ?? Number(/\((\d+):\d+-/.exec(reason)?.[1] ?? 1);
    problems.push({ line, message: `The page is not valid MDX: ${reason}` });
    return undefined;
  }
}

/** The parser's errors carry a point, or two of them. */
function lineOf(place: unknown): number | undefined {
  if (typeof place !== 'object' || place === null) return undefined;
  if ('start' in place) return lineOf(place.start);
  return 'line' in place && typeof place.line === 'number' ? place.line : undefined;
}

function readTitle(yaml: string, problems: PageProblem[]): string | undefined {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false });
  for (const error of document.errors) {
    // The block begins on the line after its opening dashes.
    problems.push({
      line: lines.linePos(error.pos[0]).line + 1,
      message: `The front matter is not valid YAML: ${error.message}`,
    });
  }
  const data: unknown = document.errors.length > 0 ? undefined : document.toJS();
  if (typeof data !== 'object' || data === null || !('title' in data)) return undefined;
  return typeof data.title === 'string' ? data.title : undefined;
}

function collect(node: Node, body: string, items: Item[]): void {
  const { position } = node;
  if (position && node.type === 'code') {
    const text = body.slice(position.start.offset, position.end.offset);
    const marker = /^(`{3,}|~{3,})/.exec(text)?.[1];
    // Without a marker it is code by indentation, which has no language.
    if (marker === undefined) {
      items.push(...lostFences(text, position.start.line, INDENTED));
      return;
    }
    const { language, meta } = readInfo(`${node.lang ?? ''} ${node.meta ?? ''}`);
    const lines = text.split('\n');
    const last = lines.at(-1)?.replace(/^[\s>]*/, '') ?? '';
    items.push({
      lang: language,
      meta,
      code: node.value,
      open: position.start.line,
      close: position.end.line,
      closed: lines.length > 1 && last.startsWith(marker) && /^(`+|~+)\s*$/.test(last),
      indent: position.start.column - 1,
    });
  } else if (position && node.type === 'heading') {
    items.push({ depth: node.depth, text: plainText(node).trim(), line: position.start.line });
  } else if (position && node.type === 'html') {
    const text = body.slice(position.start.offset, position.end.offset);
    // What is commented out stays so, with its lines.
    const shown = text.replaceAll(/<!--[\s\S]*?(?:-->|$)/g, (comment) => comment.replaceAll(/[^\n]/g, ''));
    items.push(...lostFences(shown, position.start.line, IN_HTML));
  } else if ('children' in node) {
    for (const child of node.children) collect(child, body, items);
  }
}

const INDENTED = 'it is indented by four columns or more, which makes text of it. Indent it less.';
const IN_HTML = 'it belongs to the HTML before it. Leave an empty line between the two.';

const OPENING = /^[\s>]*(?:(?:[-*+]|\d+[.)])\s+)*(?:`{3,}|~{3,})([^`]*)$/;

function lostFences(text: string, first: number, why: string): LostFence[] {
  return text.split('\n').flatMap((line, index) => {
    const { language } = readInfo(OPENING.exec(line)?.[1] ?? '');
    const kind = kindOf(language);
    if (kind !== 'typescript' && kind !== 'script') return [];
    const lost = `This line looks like the opening of a fence, but Markdown does not take it for one: ${why}`;
    return [{ lost, line: first + index, lang: language }];
  });
}

function plainText(node: object): string {
  if ('value' in node && typeof node.value === 'string') return node.value;
  if (!('children' in node) || !Array.isArray(node.children)) return '';
  return node.children.map((child: unknown) => (typeof child === 'object' && child ? plainText(child) : '')).join('');
}
