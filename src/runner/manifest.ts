/** A module that programs may import, or that such a module needs. */
export interface Part {
  /** Its file, relative to the relay page. */
  readonly file: string;
  /** The other parts that its code imports. */
  readonly needs: readonly string[];
}

/** The modules that the runner brings, by specifier. The build writes it, from what it has bundled. */
export type Manifest = Readonly<Record<string, Part>>;

/** Those of the given imports that the runner brings, with all that they need. */
export function closure(manifest: Manifest, imports: readonly string[]): readonly string[] {
  const wanted = new Set<string>();
  const add = (specifier: string) => {
    const part = Object.hasOwn(manifest, specifier) ? manifest[specifier] : undefined;
    if (!part || wanted.has(specifier)) return;
    wanted.add(specifier);
    for (const needed of part.needs) add(needed);
  };
  for (const specifier of imports) add(specifier);
  return [...wanted];
}
