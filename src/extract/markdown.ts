import { fromMarkdown } from 'mdast-util-from-markdown';
import { mdxFromMarkdown } from 'mdast-util-mdx';
import { mdxjs } from 'micromark-extension-mdxjs';
import { LineCounter, parseDocument } from 'yaml';
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

export interface Heading {
  readonly depth: number;
  readonly text: string;
  readonly line: number;
}

export interface Document {
  readonly title?: string;
  /** Fences and headings in the order of the file. */
  readonly items: readonly (CodeBlock | Heading)[];
  readonly problems: readonly PageProblem[];
}

type Root = ReturnType<typeof fromMarkdown>;
type Node = Root | Root['children'][number];

const FRONTMATTER = /^---[ \t]*\n([\s\S]*?)^---[ \t]*(?:\n|$)/m;

/** Reads CommonMark, or MDX for a path that ends in `.mdx`. A block of YAML at the top is the page's own data. */
export function readMarkdown(source: string, path: string): Document {
  const problems: PageProblem[] = [];
  const front = source.startsWith('---') ? FRONTMATTER.exec(source) : null;
  const yaml = front?.index === 0 ? front : null;
  const title = yaml ? readTitle(yaml[1] ?? '', problems) : undefined;
  // Blank lines in place of the front matter, so that everything after it keeps its line.
  const body = yaml ? yaml[0].replaceAll(/[^\n]/g, '') + source.slice(yaml[0].length) : source;

  const items: (CodeBlock | Heading)[] = [];
  const root = parse(body, path, problems);
  if (root) collect(root, body, items);
  return { ...(title === undefined ? {} : { title }), items, problems };
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

function collect(node: Node, body: string, items: (CodeBlock | Heading)[]): void {
  const { position } = node;
  if (position && node.type === 'code') {
    const text = body.slice(position.start.offset, position.end.offset);
    const marker = /^(`{3,}|~{3,})/.exec(text)?.[1];
    // Without a marker it is code by indentation, which has no language.
    if (marker === undefined) return;
    // An info string may go on right behind the language (`ts{1,3}`): that part is attributes as well.
    const [, lang = '', rest = ''] = /^([\w+#-]*)(.*)$/s.exec(node.lang ?? '') ?? [];
    const lines = text.split('\n');
    const last = lines.at(-1)?.replace(/^[\s>]*/, '') ?? '';
    items.push({
      lang: lang.toLowerCase(),
      meta: `${rest} ${node.meta ?? ''}`.trim(),
      code: node.value,
      open: position.start.line,
      close: position.end.line,
      closed: lines.length > 1 && last.startsWith(marker) && /^(`+|~+)\s*$/.test(last),
      indent: position.start.column - 1,
    });
  } else if (position && node.type === 'heading') {
    items.push({ depth: node.depth, text: plainText(node).trim(), line: position.start.line });
  } else if ('children' in node) {
    for (const child of node.children) collect(child, body, items);
  }
}

function plainText(node: object): string {
  if ('value' in node && typeof node.value === 'string') return node.value;
  if (!('children' in node) || !Array.isArray(node.children)) return '';
  return node.children.map((child: unknown) => (typeof child === 'object' && child ? plainText(child) : '')).join('');
}
