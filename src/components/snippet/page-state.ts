import { createEditStore, type Original, restore, type SavedEdit } from './edits.ts';
import type { Live } from './live.ts';
import { createShowing, type Showing } from './showing.ts';
import type { StoreChoice } from './store-choice.ts';

/** How long typing must pause before an edit is saved. */
const SAVE_AFTER_MS = 400;

/** What the snippets of a page share: the reader's edits, the marks of errors, and the one runner. */
export interface PageState {
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
  /** An edit that is kept and cannot be shown, and so does not run either. */
  withheld(fence: string): SavedEdit | undefined;
  dropWithheld(fence: string): void;
  /** Takes an edit out of what runs, since it could not be shown. */
  withhold(fence: string): void;
  /** Puts saved edits on the page; what has not been shown yet must not run. */
  readonly showing: Showing;
  /** Calls back whenever some fence's edit has come, changed or gone. */
  onEdit(listener: () => void): void;
  /** Marks a line of a fence as wrong, wherever it stands on the page. */
  markError(fence: string, line: number): void;
  clearErrors(): void;
  onMark(fence: string, listener: (lines: readonly number[]) => void): void;
  live(): Promise<Live>;
}

export interface PageStateOptions {
  readonly page: string;
  readonly base: string;
  readonly originals: readonly (Original & { readonly code: string })[];
  readonly storage: Storage | undefined;
  readonly stores: StoreChoice;
}

export function createPageState({ page, base, originals, storage, stores }: PageStateOptions): PageState {
  const store = createEditStore(storage, `${base}${page}`);
  const restored = restore(store.all(), originals);
  const { current, outdated } = restored;
  const edits = new Map([...current].map(([fence, { code }]) => [fence, code]));
  const late = new Map(outdated);
  const withheld = new Map(restored.withheld);
  const unsaved = new Set<string>();
  const listeners = new Set<() => void>();
  const markers = new Map<string, (lines: readonly number[]) => void>();
  const marks = new Map<string, Set<number>>();
  /** Fences whose marks have changed: a run can report hundreds of errors at once. */
  const unmarked = new Set<string>();
  let markFrame = 0;
  const showing = createShowing();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let live: Promise<Live> | undefined;

  const save = () => {
    clearTimeout(timer);
    for (const fence of unsaved) {
      const original = originals.find((each) => each.fence === fence);
      if (!original) continue;
      const { hash } = original;
      const code = edits.get(fence);
      // An edit that is withheld is still the reader's: a new one must not take its place.
      const beside = withheld.has(fence);
      if (code === undefined) store.remove({ fence, hash, beside });
      else store.save({ fence, hash, code, beside });
      if (!beside) store.remove({ fence, hash, beside: true });
    }
    unsaved.clear();
  };
  const showMarks = () => {
    markFrame = 0;
    for (const fence of unmarked) markers.get(fence)?.([...(marks.get(fence) ?? [])]);
    unmarked.clear();
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
    withheld: (fence) => withheld.get(fence),
    dropWithheld(fence) {
      const edit = withheld.get(fence);
      if (edit) store.remove(edit);
      withheld.delete(fence);
      // A newer edit moves to the place that is free now.
      unsaved.add(fence);
      save();
    },
    withhold(fence) {
      const hash = originals.find((each) => each.fence === fence)?.hash;
      const code = edits.get(fence);
      if (hash === undefined || code === undefined) return;
      edits.delete(fence);
      withheld.set(fence, current.get(fence) ?? { fence, hash, code });
    },
    showing,
    onEdit: (listener) => listeners.add(listener),
    markError(fence, line) {
      marks.set(fence, (marks.get(fence) ?? new Set()).add(line));
      unmarked.add(fence);
      markFrame ||= requestAnimationFrame(showMarks);
    },
    clearErrors() {
      for (const fence of marks.keys()) unmarked.add(fence);
      marks.clear();
      cancelAnimationFrame(markFrame);
      showMarks();
    },
    onMark: (fence, listener) => markers.set(fence, listener),
    live() {
      live ??= import('./live.ts').then(({ createLive }) => createLive({ page, base, byDefault: stores.byDefault }));
      return live;
    },
  };
}
