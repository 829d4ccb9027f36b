import { createEditStore, type Original, restore, type SavedEdit } from './edits.ts';
import type { Live } from './live.ts';
import type { StoreChoice } from './stores.ts';

/** How long typing must pause before an edit is saved. */
const SAVE_AFTER_MS = 400;

/** What the snippets of a page share: the reader's edits, the marks of errors, and the one runner. */
export interface Session {
  /** The store that all snippets of the page run on. */
  readonly stores: StoreChoice;
  /** The reader's code of a fence, if it differs from the lesson's. */
  edit(fence: string): string | undefined;
  /** Those of the given fences that the reader has changed, and that take part with the chosen store. */
  editsOf(fences: readonly string[]): ReadonlyMap<string, string>;
  setEdit(fence: string, code: string): void;
  /** Writes edits to the browser's storage now. */
  save(): void;
  /** An edit that was made before the lesson's code changed. */
  outdated(fence: string): SavedEdit | undefined;
  dropOutdated(fence: string): void;
  /** Calls back whenever some fence's edit has come, changed or gone. */
  onEdit(listener: () => void): void;
  /** Marks a line of a fence as wrong, wherever it stands on the page. */
  markError(fence: string, line: number): void;
  clearErrors(): void;
  onMark(fence: string, listener: (lines: readonly number[]) => void): void;
  live(): Promise<Live>;
}

export interface SessionOptions {
  readonly page: string;
  readonly base: string;
  readonly originals: readonly (Original & { readonly code: string })[];
  readonly storage: Storage | undefined;
  readonly stores: StoreChoice;
}

export function createSession({ page, base, originals, storage, stores }: SessionOptions): Session {
  const store = createEditStore(storage, `${base}${page}`);
  const { current, outdated } = restore(store.all(), originals);
  const edits = new Map([...current].map(([fence, { code }]) => [fence, code]));
  const late = new Map(outdated);
  const unsaved = new Set<string>();
  const listeners = new Set<() => void>();
  const markers = new Map<string, (lines: readonly number[]) => void>();
  const marks = new Map<string, number[]>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let live: Promise<Live> | undefined;

  const save = () => {
    clearTimeout(timer);
    for (const fence of unsaved) {
      const original = originals.find((each) => each.fence === fence);
      if (!original) continue;
      const code = edits.get(fence);
      if (code === undefined) store.remove(original);
      else store.save({ fence, hash: original.hash, code });
    }
    unsaved.clear();
  };
  addEventListener('pagehide', save);

  return {
    stores,
    edit: (fence) => edits.get(fence),
    editsOf: (fences) => new Map([...edits].filter(([fence]) => fences.includes(fence) && stores.takesPart(fence))),
    setEdit(fence, code) {
      const original = originals.find((each) => each.fence === fence)?.code;
      if (code === original) edits.delete(fence);
      else edits.set(fence, code);
      unsaved.add(fence);
      clearTimeout(timer);
      timer = setTimeout(save, SAVE_AFTER_MS);
      for (const listener of listeners) listener();
    },
    save,
    outdated: (fence) => late.get(fence),
    dropOutdated(fence) {
      const edit = late.get(fence);
      if (edit) store.remove(edit);
      late.delete(fence);
    },
    onEdit: (listener) => listeners.add(listener),
    markError(fence, line) {
      const lines = [...(marks.get(fence) ?? []), line];
      marks.set(fence, lines);
      markers.get(fence)?.(lines);
    },
    clearErrors() {
      for (const fence of marks.keys()) markers.get(fence)?.([]);
      marks.clear();
    },
    onMark: (fence, listener) => markers.set(fence, listener),
    live() {
      live ??= import('./live.ts').then(({ createLive }) => createLive({ page, base, byDefault: stores.byDefault }));
      return live;
    },
  };
}
