import type { Element, Root } from 'hast';
import { SKIP, visit } from 'unist-util-visit';
import { element } from './hast.ts';

/** Lets a wide table scroll within the text, by keyboard too: without this a phone would squeeze or cut it. */
export function rehypeTables() {
  return (tree: Root): void => {
    visit(tree, { type: 'element', tagName: 'table' }, (node: Element, index, parent) => {
      if (!parent || index === undefined) return undefined;
      const properties = { className: ['table-scroll'], tabIndex: 0, role: 'group', ariaLabel: 'Table' };
      parent.children[index] = element('div', properties, node);
      return SKIP;
    });
  };
}
