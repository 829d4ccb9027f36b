import { whyTooMuch } from './fits.ts';
import { quietly } from './storage.ts';

/** Keeps what a reader typed, in the browser, until it is reset. */

/** An edit of a fence. `hash` is that of the lesson's code at the time, so that a changed lesson can be told. */
export interface SavedEdit {
  readonly fence: string;
  readonly hash: string;
  readonly code: string;
  /** Kept beside another edit of the same code, which is too much to be shown and still the reader's. */
  readonly beside?: boolean;
}

export interface EditStore {
  all(): readonly SavedEdit[];
  save(edit: SavedEdit): void;
  remove(edit: Omit<SavedEdit, 'code'>): void;
}

const BESIDE = 'beside';

/** `storage` may be missing or refuse any call: then edits live as long as the page does. */
export function createEditStore(storage: Storage | undefined, page: string): EditStore {
  const prefix = `workbook:edit:${page}:`;
  const keyOf = ({ fence, hash, beside }: Omit<SavedEdit, 'code'>) =>
    `${prefix}${fence}:${hash}${beside ? `:${BESIDE}` : ''}`;
  return {
    all() {
      const edits: SavedEdit[] = [];
      quietly(() => {
        for (let index = 0; index < (storage?.length ?? 0); index++) {
          const key = storage?.key(index) ?? '';
          const [fence, hash, mark] = key.startsWith(prefix) ? key.slice(prefix.length).split(':') : [];
          const code = storage?.getItem(key);
          if (!fence || !hash || typeof code !== 'string') continue;
          edits.push({ fence, hash, code, beside: mark === BESIDE || undefined });
        }
      });
      return edits;
    },
    save(edit) {
      quietly(() => storage?.setItem(keyOf(edit), edit.code));
    },
    remove(edit) {
      quietly(() => storage?.removeItem(keyOf(edit)));
    },
  };
}

/** A fence as it stands on the page. */
export interface Original {
  readonly fence: string;
  readonly hash: string;
}

export interface Restored {
  /** Edits of code that is still the same, by fence. */
  readonly current: ReadonlyMap<string, SavedEdit>;
  /** Edits of code that the lesson has changed since, by the fence that stands where they were made. */
  readonly outdated: ReadonlyMap<string, SavedEdit>;
  /** Edits that are too much to be shown, and so must not run, by the fence that they belong to. */
  readonly withheld: ReadonlyMap<string, SavedEdit>;
}

/** Finds a place for every saved edit: at its own code, wherever that went, or else where it was made. */
export function restore(saved: readonly SavedEdit[], originals: readonly Original[]): Restored {
  const current = new Map<string, SavedEdit>();
  const outdated = new Map<string, SavedEdit>();
  const withheld = new Map<string, SavedEdit>();
  const homeless: SavedEdit[] = [];
  const fits = (edit: SavedEdit) => whyTooMuch(edit.code) === undefined;
  const homeOf = (edit: SavedEdit) =>
    originals.find(({ fence, hash }) => fence === edit.fence && hash === edit.hash) ??
    originals.find(({ hash }) => hash === edit.hash) ??
    originals.find(({ fence }) => fence === edit.fence) ??
    originals.at(-1);
  for (const edit of saved) {
    if (!fits(edit)) {
      const place = homeOf(edit);
      if (place && !withheld.has(place.fence)) withheld.set(place.fence, edit);
      continue;
    }
    const home = originals.find(({ fence, hash }) => fence === edit.fence && hash === edit.hash);
    if (!home) homeless.push(edit);
    // Of two, the one that was made beside the other is the later one.
    else if (edit.beside || !current.has(home.fence)) current.set(home.fence, edit);
  }
  for (const edit of homeless) {
    const moved = originals.find(({ fence, hash }) => hash === edit.hash && !current.has(fence));
    const place = originals.find(({ fence }) => fence === edit.fence) ?? originals.at(-1);
    if (moved) current.set(moved.fence, edit);
    else if (place && !outdated.has(place.fence)) outdated.set(place.fence, edit);
  }
  return { current, outdated, withheld };
}

/** A short name for a text (FNV-1a). Different texts on one page may not share it; it keeps no secrets. */
export function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
