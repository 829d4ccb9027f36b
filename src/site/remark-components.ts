import type { Root } from 'mdast';
import type { MdxJsxFlowElement, MdxjsEsm } from 'mdast-util-mdx';
import { visit } from 'unist-util-visit';

/** Components that a lesson may use without importing them, by the file under src/components that holds each. */
const components: ReadonlyMap<string, string> = new Map([
  ['EventChip', 'diagram/EventChip.astro'],
  ['EventTimeline', 'diagram/EventTimeline.astro'],
  ['Layers', 'diagram/Layers.astro'],
  ['SystemGraph', 'diagram/SystemGraph.astro'],
  ['Exercise', 'Exercise.astro'],
  ['Parts', 'home/Parts.astro'],
]);

/** Adds the import for each of our components that an MDX page uses, so that a lesson begins with its prose. */
export function remarkComponents() {
  return (tree: Root): void => {
    const used = new Set<string>();
    visit(tree, (node) => {
      if (node.type !== 'mdxJsxFlowElement' && node.type !== 'mdxJsxTextElement') return;
      const { name } = node as MdxJsxFlowElement;
      if (name && components.has(name)) used.add(name);
    });
    visit(tree, 'mdxjsEsm', (node: MdxjsEsm) => {
      for (const name of used) if (new RegExp(`\\bimport\\s+${name}\\b`).test(node.value)) used.delete(name);
    });
    tree.children.unshift(...[...used].sort().map((name) => importOf(name, components.get(name) ?? '')));
  };
}

function importOf(name: string, file: string): MdxjsEsm {
  const source = `/src/components/${file}`;
  return {
    type: 'mdxjsEsm',
    value: `import ${name} from '${source}'`,
    data: {
      estree: {
        type: 'Program',
        sourceType: 'module',
        body: [
          {
            type: 'ImportDeclaration',
            attributes: [],
            specifiers: [{ type: 'ImportDefaultSpecifier', local: { type: 'Identifier', name } }],
            source: { type: 'Literal', value: source, raw: `'${source}'` },
          },
        ],
      },
    },
  };
}
