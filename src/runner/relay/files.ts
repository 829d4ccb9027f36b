import { type BinaryFile, closure, type Manifest } from '../manifest.ts';
import type { Binaries, Library, Supplies } from '../protocol/messages.ts';
import type { Loading } from '../runner.ts';
import type * as Sandpack from '../sandpack/requests.ts';
import type * as Trace from './trace.ts';
import { unpack } from './unpack.ts';

/** The runner's own files, beside its page; each is loaded once, when it is first needed. */
export interface Files {
  text(file: string): Promise<string>;
  /** The texts of those of the given imports that the runner brings, and of what they need. */
  library(imports: readonly string[]): Promise<Library>;
  /** The same with binaries; `listen` hears of those that are not here yet. */
  supplies(imports: readonly string[], listen: (loading: Loading) => void): Promise<Supplies>;
  tracer(): Promise<typeof Trace>;
  stockClient(): Promise<typeof Sandpack>;
}

export function createFiles(base: string, manifest: Manifest): Files {
  const texts = new Map<string, Promise<string>>();
  const binaries = new Map<string, Download>();

  const fetched = async (file: string): Promise<Response> => {
    const response = await fetch(new URL(file, base)).catch(() => undefined);
    if (response?.ok) return response;
    throw failure(file, response ? `the server said ${response.status}` : 'there is no connection');
  };
  const text = (file: string): Promise<string> => {
    const loading = texts.get(file) ?? fetched(file).then((response) => response.text());
    texts.set(file, loading);
    loading.catch(() => texts.delete(file)); // the next run may have better luck
    return loading;
  };
  const download = (name: string, binary: BinaryFile): Download => {
    const known = binaries.get(name);
    if (known) return known;
    const made: Download = { binary, loaded: 0, bytes: fetched(binary.file).then(receive), listeners: new Set() };
    async function receive(response: Response): Promise<ArrayBuffer> {
      try {
        return await unpack(response, (loaded) => {
          made.loaded = loaded;
          for (const listen of made.listeners) listen();
        });
      } catch (cause) {
        throw failure(binary.file, 'it did not arrive in one piece', cause);
      }
    }
    made.bytes.then(
      () => {
        made.loaded = binary.size;
      },
      () => binaries.delete(name),
    );
    binaries.set(name, made);
    return made;
  };

  const library = async (imports: readonly string[]): Promise<Library> => {
    const loading = [...closure(manifest, imports)].map(
      async ([specifier, { file }]) => [specifier, await text(file)] as const,
    );
    return Object.fromEntries(await Promise.all(loading));
  };
  const binariesFor = async (imports: readonly string[], listen: (loading: Loading) => void): Promise<Binaries> => {
    const names = new Set([...closure(manifest, imports).values()].flatMap((part) => part.binaries));
    const downloads = [...names].flatMap((name) => {
      const binary = manifest.binaries[name];
      return binary ? [{ name, download: download(name, binary) }] : [];
    });
    const report = () => {
      const missing = downloads.find(({ download: { binary, loaded } }) => loaded < binary.size);
      if (!missing) return;
      const { what } = missing.download.binary;
      const all = downloads.filter(({ download: { binary } }) => binary.what === what);
      listen({
        what,
        loaded: all.reduce((sum, { download: { loaded } }) => sum + loaded, 0),
        total: all.reduce((sum, { download: { binary } }) => sum + binary.size, 0),
      });
    };
    report();
    for (const { download } of downloads) download.listeners.add(report);
    try {
      const loading = downloads.map(async ({ name, download: { bytes } }) => [name, await bytes] as const);
      return Object.fromEntries(await Promise.all(loading));
    } finally {
      for (const { download } of downloads) download.listeners.delete(report);
    }
  };

  return {
    text,
    library,
    async supplies(imports, listen) {
      const [modules, files] = await Promise.all([library(imports), binariesFor(imports, listen)]);
      return { library: modules, binaries: files };
    },
    tracer: () => import(new URL('trace.js', base).href),
    stockClient: () => import(new URL('stock-client.js', base).href),
  };
}

/** A binary that has come, or is on its way. */
interface Download {
  readonly binary: BinaryFile;
  loaded: number;
  readonly bytes: Promise<ArrayBuffer>;
  readonly listeners: Set<() => void>;
}

function failure(file: string, reason: string, cause?: unknown): Error {
  return new Error(`A part of the runner could not be loaded (${file}: ${reason}). Try again, or reload the page.`, {
    cause,
  });
}
