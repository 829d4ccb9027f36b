import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A script for browsers in one piece, and the modules that it still imports. */
export interface Script {
  readonly text: string;
  readonly imports: readonly string[];
}

/** Bundles a part of the runner. Paths are relative to the project's folder. */
export async function bundled(options: BuildOptions): Promise<Script> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    bundle: true,
    minifyWhitespace: true,
    minifySyntax: true,
    minifyIdentifiers: true,
    write: false,
    metafile: true,
    platform: 'browser',
    target: ['chrome120', 'firefox128', 'safari17'],
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent', // failures are thrown, with all that esbuild has to say
    ...options,
    define: { 'process.env.NODE_ENV': '"production"', ...options.define },
  });
  const [file] = outputFiles ?? [];
  const [output] = Object.values(metafile?.outputs ?? {});
  if (!file || !output) throw new Error('esbuild wrote nothing for a part of the runner.');
  const imports = output.imports.flatMap(({ path, external }) => (external ? [path] : []));
  return { text: file.text, imports: [...new Set(imports)] };
}
