import { transform } from 'esbuild';
import type { Plugin } from 'vite';

/** Vite leaves standard decorators in the code, which Node cannot parse. esbuild turns them into plain JavaScript. */
export function lowerDecorators(): Plugin {
  return {
    name: 'lower-decorators',
    enforce: 'pre',
    async transform(code, id) {
      const [path = ''] = id.split('?');
      if (!path.endsWith('.ts') || path.includes('/node_modules/')) return null;
      const result = await transform(code, {
        loader: 'ts',
        target: 'es2022',
        sourcefile: path,
        sourcemap: true,
        // esbuild would otherwise call a class expression Dog2, where a constant is called Dog.
        keepNames: true,
        tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, useDefineForClassFields: true } },
      });
      return { code: result.code, map: result.map };
    },
  };
}
