import type { Element, Root } from 'hast';
import { visit } from 'unist-util-visit';

/** Puts the site's base path in front of links that begin at its root, so that lessons link the same way anywhere. */
export function rehypeLinks({ base }: { readonly base: string }) {
  const prefix = base.replace(/\/$/, '');
  return (tree: Root): void => {
    if (prefix === '') return;
    visit(tree, { type: 'element', tagName: 'a' }, (node: Element) => {
      const { href } = node.properties;
      if (typeof href !== 'string' || !href.startsWith('/') || href.startsWith('//')) return;
      if (href !== prefix && !href.startsWith(`${prefix}/`)) node.properties.href = prefix + href;
    });
  };
}
