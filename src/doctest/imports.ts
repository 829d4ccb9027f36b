import { isBuiltin } from 'node:module';
import { type ImportRules, LIVE_IMPORTS, LIVE_MODULES } from '../compiler/index.ts';
import type { Fence } from '../extract/page.ts';
import { type Packages, packageName } from './packages.ts';

const FILES = "the page's own files, such as './dog.ts'";
const LIVE = LIVE_MODULES.map((name) => `'${name}'`).join(', ');

/**
 * What the fences of a page may import. A page of this project keeps to what the browser has, and its fences for Node to
 * the packages that the project names; a page of another project has that project's packages.
 */
export function importRules(fences: readonly Fence[], packages: Packages): ImportRules {
  const inNode = new Set(fences.filter(({ mode }) => mode === 'node').map(({ id }) => id));
  return {
    allows(specifier, fence) {
      if (LIVE_IMPORTS.allows(specifier, fence)) return true;
      if (isBuiltin(specifier)) return inNode.has(fence);
      return (inNode.has(fence) || !packages.own) && packages.has(packageName(specifier));
    },
    isDynamic: (fence) => inNode.has(fence),
    describe(fence) {
      const modules = inNode.has(fence) ? `${LIVE}, the modules of Node` : LIVE;
      if (!packages.own) return `${modules}, the packages that are installed for the page's folder, and ${FILES}`;
      return inNode.has(fence)
        ? `${modules}, the packages that package.json names, and ${FILES}`
        : LIVE_IMPORTS.describe(fence);
    },
  };
}
