import { parse } from 'es-module-lexer/js';
import type { Library, RunnableModule } from '../protocol/messages.ts';

/** Makes modules out of texts: each becomes a blob whose imports name other blobs. */
export interface Modules {
  /** The URL that a specifier of the program or of the library stands for; made when it is first asked for. */
  url(name: string): string;
  /** The name of the module that a URL stands for, if it is one of these. */
  name(url: string): string | undefined;
  /** Names, in a text of the engine, instead of the URLs of blobs. */
  readable(text: string): string;
  add(modules: readonly RunnableModule[], library: Library): void;
}

/** An import that cannot be resolved. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
}

const MAX_SHOWN = 60;

export function createModules(): Modules {
  const texts = new Map<string, string>();
  const urls = new Map<string, string>();
  const names = new Map<string, string>();
  const making = new Set<string>();

  const url = (name: string): string => {
    const known = urls.get(name);
    if (known !== undefined) return known;
    const text = texts.get(name);
    if (text === undefined) throw new ImportError(`There is no module '${name}' here. ${available()}`);
    if (making.has(name))
      throw new ImportError(`The files import each other in a circle: ${[...making, name].join(' → ')}.`);
    making.add(name);
    try {
      const made = URL.createObjectURL(new Blob([link(text, url)], { type: 'text/javascript' }));
      urls.set(name, made);
      names.set(made, name);
      return made;
    } finally {
      making.delete(name);
    }
  };
  const available = () =>
    `What can be imported: ${[...texts.keys()]
      .filter((name) => !name.startsWith('workbook:'))
      .map((name) => `'${name}'`)
      .join(', ')}.`;

  return {
    url,
    name: (made) => names.get(made),
    readable: (text) => [...names].reduce((readable, [made, name]) => readable.replaceAll(made, name), text),
    add(modules, library) {
      for (const [name, code] of Object.entries(library)) if (!texts.has(name)) texts.set(name, code);
      for (const { name, code } of modules) texts.set(name, code);
    },
  };
}

/** Replaces the specifiers of a module's imports. A dynamic import of something computed is left: the policy stops it. */
function link(code: string, url: (name: string) => string): string {
  const [imports] = parse(code);
  let linked = '';
  let end = 0;
  for (const { n: specifier, s, e, d } of imports) {
    if (specifier === undefined) continue;
    // The range of a dynamic import holds the quotes, that of a static one does not.
    const made = url(specifier);
    linked += code.slice(end, s) + (d > -1 ? JSON.stringify(made) : made);
    end = e;
  }
  return linked + code.slice(end);
}

/** The first name that an import statement asks for and the module does not export, and where in the code it stands. */
export function missingExport(
  code: string,
  exportsOf: (specifier: string) => readonly string[] | undefined,
): { readonly message: string; readonly line: number; readonly column: number } | undefined {
  const [imports] = parse(code);
  for (const { n: specifier, ss, se, d } of imports) {
    if (specifier === undefined || d > -1) continue;
    const available = exportsOf(specifier);
    const braces = /\{([^}]*)\}/.exec(code.slice(ss, se))?.[1];
    if (!available || braces === undefined) continue;
    for (const part of braces.split(',')) {
      const name = part.trim().split(/\s+as\s+/)[0];
      if (!name || available.includes(name)) continue;
      const shown = available.slice(0, MAX_SHOWN).join(', ');
      const before = code.slice(0, ss).split('\n');
      return {
        message: `'${specifier}' does not export '${name}'. It exports: ${shown}.`,
        line: before.length,
        column: (before.at(-1)?.length ?? 0) + 1,
      };
    }
  }
  return undefined;
}
