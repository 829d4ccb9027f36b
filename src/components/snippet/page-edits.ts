import { createEditStore, type Original, restore, type SavedEdit } from './edits.ts';
import type { StoreChoice } from './store-choice.ts';

/** How long typing must pause before an edit is saved. */
const SAVE_AFTER_MS = 400;

/** The reader's edits of a page's fences: those that run, and those that are only kept. */
export interface PageEdits {
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
  /** Calls back whenever some fence's edit has come, changed or gone. */
  onEdit(listener: () => void): void;
}

export interface PageEditsOptions {
  /** The page's address, by which its edits are kept. */
  readonly address: string;
  readonly originals: readonly (Original & { readonly code: string })[];
  readonly storage: Storage | undefined;
  readonly stores: StoreChoice;
}

export function createPageEdits({ address, originals, storage, stores }: PageEditsOptions): PageEdits {
  const store = createEditStore(storage, address);
  const restored = restore(store.all(), originals);
  const edits = new Map([...restored.current].map(([fence, { code }]) => [fence, code]));
  const outdated = new Map(restored.outdated);
  const withheld = new Map(restored.withheld);
  const unsaved = new Set<string>();
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const originalOf = (fence: string) => originals.find((each) => each.fence === fence);
  const drop = (kept: Map<string, SavedEdit>, fence: string) => {
    const edit = kept.get(fence);
    if (edit) store.remove(edit);
    kept.delete(fence);
  };
  const save = () => {
    clearTimeout(timer);
    for (const fence of unsaved) {
      const hash = originalOf(fence)?.hash;
      if (hash === undefined) continue;
      const code = edits.get(fence);
      // An edit that is withheld is still the reader's: a new one must not take its place.
      const beside = withheld.has(fence);
      if (code === undefined) store.remove({ fence, hash, beside });
      else store.save({ fence, hash, code, beside });
      if (!beside) store.remove({ fence, hash, beside: true });
    }
    unsaved.clear();
  };
  addEventListener('pagehide', save);

  return {
    edit: (fence) => edits.get(fence),
    editsOf: (fences) => new Map([...edits].filter(([fence]) => fences.includes(fence) && stores.takesPart(fence))),
    setEdit(fence, code) {
      if (code === originalOf(fence)?.code) edits.delete(fence);
      else edits.set(fence, code);
      unsaved.add(fence);
      clearTimeout(timer);
      timer = setTimeout(save, SAVE_AFTER_MS);
      for (const listener of listeners) listener();
    },
    save,
    outdated: (fence) => outdated.get(fence),
    dropOutdated: (fence) => drop(outdated, fence),
    withheld: (fence) => withheld.get(fence),
    dropWithheld(fence) {
      drop(withheld, fence);
      // A newer edit moves to the place that is free now.
      unsaved.add(fence);
      save();
    },
    withhold(fence) {
      const hash = originalOf(fence)?.hash;
      const code = edits.get(fence);
      if (hash === undefined || code === undefined) return;
      edits.delete(fence);
      withheld.set(fence, restored.current.get(fence) ?? { fence, hash, code });
    },
    onEdit: (listener) => listeners.add(listener),
  };
}
