import type { Element, ElementContent, Parents, Root } from 'hast';
import { toString as textOf } from 'hast-util-to-string';
import { visit } from 'unist-util-visit';
import type { VFile } from 'vfile';
import type { Fence } from '../extract/page.ts';
import { type AlternativeParts, choiceFigure, figureFor, plainFigure } from './figure.ts';
import { type Highlight, startHighlighter } from './highlight.ts';
import { checksOf, isLive, type Lesson, needsOf, readLesson } from './lesson.ts';
import { postgresNote } from './store-note.ts';

/**
 * Turns every fence of a page into a figure. What a fence is comes from `extractPage`, which also feeds the doc tests
 * and the programs: this plugin only finds the place of each.
 */
export function rehypeSnippets() {
  // Astro makes the plugin anew for each kind of page; the highlighter takes half a second to start.
  let started: Highlight | undefined;
  let weighed: string | undefined;
  return async (tree: Root, file: VFile): Promise<void> => {
    started ??= startHighlighter();
    const highlight = started;
    const lesson = readLesson(file.path);
    const blocks = findBlocks(tree);
    const fences = lesson.page.fences[Symbol.iterator]();
    const alternatives: { part: AlternativeParts; choice: string; block: Block }[] = [];
    for (const [index, block] of blocks.entries()) {
      if (block.language !== 'ts' && block.language !== 'typescript') {
        if (block.language === 'output' && follows(block, blocks[index - 1])) remove(block);
        else replace(block, plainFigure(await highlight(block.code, block.language), block.language));
        continue;
      }
      const fence = matching(fences.next().value, block, lesson);
      if (fence.alternative) {
        const { store, choice } = fence.alternative;
        const part = { ...partsOf(fence, lesson), lines: await highlight(fence.code, 'ts'), store };
        alternatives.push({ part, choice, block });
        continue;
      }
      replace(block, figureFor({ ...partsOf(fence, lesson), lines: await highlight(fence.code, 'ts') }));
    }
    for (const [first, ...others] of Map.groupBy(alternatives, ({ choice }) => choice).values()) {
      if (!first) continue;
      const parts = [first, ...others].map(({ part }) => part);
      const heavy = parts.some(({ store }) => store === 'postgres');
      if (heavy) weighed ??= await postgresNote();
      replace(first.block, choiceFigure(first.part, parts, heavy ? weighed : undefined));
      for (const { block } of others) remove(block);
    }
  };
}

interface Block {
  readonly parent: Parents;
  readonly node: Element;
  readonly language: string;
  readonly code: string;
}

function findBlocks(tree: Root): Block[] {
  const blocks: Block[] = [];
  visit(tree, { type: 'element', tagName: 'pre' }, (node: Element, _index, parent) => {
    const code = node.children[0];
    if (!parent || code?.type !== 'element' || code.tagName !== 'code') return;
    const classes = Array.isArray(code.properties.className) ? code.properties.className : [];
    const language = classes.map(String).find((name) => name.startsWith('language-'));
    blocks.push({
      parent,
      node,
      language: language?.slice('language-'.length) ?? 'text',
      code: textOf(code).replace(/\n$/, ''),
    });
  });
  return blocks;
}

/** The plugin and `extractPage` read the page separately; this is where they must agree. */
function matching(fence: Fence | undefined, block: Block, lesson: Lesson): Fence {
  if (fence && fence.code.trimEnd() === block.code.trimEnd()) return fence;
  const where = fence ? `${lesson.page.path}:${fence.line}` : lesson.page.path;
  throw new Error(
    `${where}: the site and the doc tests read this fence differently. Check its indentation and closing line.`,
  );
}

function partsOf(fence: Fence, { page, recording }: Lesson) {
  return {
    fence,
    needs: isLive(fence) ? needsOf(page, fence) : [],
    printed: recording[fence.id]?.text ?? fence.output?.text,
    checks: checksOf(page, fence)?.id,
  };
}

/** Whether nothing but white space lies between a block and the block before it. */
function follows(block: Block, previous: Block | undefined): boolean {
  if (!previous || previous.parent !== block.parent) return false;
  const { children } = block.parent;
  // The block before has its figure by now, so it is looked for from here backwards.
  for (let index = children.indexOf(block.node) - 1; index >= 0; index--) {
    const child = children[index];
    if (child?.type === 'text' && child.value.trim() === '') continue;
    return child?.type === 'element' && ['live-snippet', 'figure', 'details'].includes(child.tagName);
  }
  return false;
}

function replace(block: Block, figure: ElementContent): void {
  const at = block.parent.children.indexOf(block.node);
  block.parent.children.splice(at, 1, figure);
}

function remove(block: Block): void {
  block.parent.children.splice(block.parent.children.indexOf(block.node), 1);
}
