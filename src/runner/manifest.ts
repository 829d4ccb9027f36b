/** A module that programs may import, or that such a module needs. */
export interface Part {
  /** Its file, relative to the relay page. */
  readonly file: string;
  /** The other modules that its code imports. */
  readonly needs: readonly string[];
  /** The binary files that it needs, by name. */
  readonly binaries: readonly string[];
}

/** A file that is not code. It is packed with gzip, since few hosts pack it on the way. */
export interface BinaryFile {
  readonly file: string;
  /** How many bytes are transferred. */
  readonly size: number;
  /** What a reader is told is being loaded. */
  readonly what: string;
}

/** What the runner brings. The build writes it, from what it has bundled. */
export interface Manifest {
  /** By specifier. */
  readonly modules: Readonly<Record<string, Part>>;
  /** By name: `pglite.wasm`. */
  readonly binaries: Readonly<Record<string, BinaryFile>>;
}

/** Those of the given imports that the runner brings, with all that they need. */
export function closure({ modules }: Manifest, imports: readonly string[]): ReadonlyMap<string, Part> {
  const wanted = new Map<string, Part>();
  const add = (specifier: string) => {
    const part = Object.hasOwn(modules, specifier) ? modules[specifier] : undefined;
    if (!part || wanted.has(specifier)) return;
    wanted.set(specifier, part);
    for (const needed of part.needs) add(needed);
  };
  for (const specifier of imports) add(specifier);
  return wanted;
}
