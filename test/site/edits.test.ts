import { describe, expect, test } from 'vitest';
import { createEditStore, hashOf, restore, type SavedEdit } from '../../src/components/snippet/edits.ts';

/** The part of the browser's storage that is used, over a map. */
function memoryStorage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  };
}

const edit = (fence: string, hash: string, code = 'edited'): SavedEdit => ({ fence, hash, code });

describe('the store of edits', () => {
  test('gives back what was saved, for its own page only', () => {
    const storage = memoryStorage();
    const store = createEditStore(storage, '/part/lesson');
    store.save(edit('f1', 'aa', 'const a = 1;\n'));
    createEditStore(storage, '/part/lesson-two').save(edit('f2', 'bb'));
    expect(store.all()).toEqual([edit('f1', 'aa', 'const a = 1;\n')]);
    store.remove(edit('f1', 'aa'));
    expect(store.all()).toEqual([]);
    expect(storage.length).toBe(1);
  });

  test('does without a storage, and with one that refuses everything', () => {
    const refuse = () => {
      throw new DOMException('denied', 'SecurityError');
    };
    const hostile: Storage = {
      ...memoryStorage(),
      length: 1,
      key: refuse,
      getItem: refuse,
      setItem: refuse,
      removeItem: refuse,
    };
    for (const storage of [undefined, hostile]) {
      const store = createEditStore(storage, '/page');
      store.save(edit('f1', 'aa'));
      store.remove(edit('f1', 'aa'));
      expect(store.all()).toEqual([]);
    }
  });
});

describe('edits come back', () => {
  const page = [
    { fence: 'f1', hash: 'aa' },
    { fence: 'f2', hash: 'bb' },
  ];
  const places = (edits: readonly SavedEdit[]) => {
    const { current, outdated } = restore(edits, page);
    return { current: [...current.keys()], outdated: [...outdated.keys()] };
  };

  test('to the same fence with the same code', () => {
    expect(places([edit('f2', 'bb')])).toEqual({ current: ['f2'], outdated: [] });
  });

  test('to the same code when the fence has another number now', () => {
    expect(places([edit('f7', 'bb')])).toEqual({ current: ['f2'], outdated: [] });
  });

  test('as an offer where the lesson has changed', () => {
    expect(places([edit('f1', 'old')])).toEqual({ current: [], outdated: ['f1'] });
  });

  test('as an offer at the last fence when theirs is gone', () => {
    expect(places([edit('f9', 'old')])).toEqual({ current: [], outdated: ['f2'] });
  });

  test('and never take the place of an edit of the code as it is', () => {
    expect(restore([edit('f9', 'aa', 'moved'), edit('f1', 'aa', 'own')], page).current.get('f1')?.code).toBe('own');
  });
});

test('a hash tells texts apart and stays the same', () => {
  expect(hashOf('const a = 1;')).toBe(hashOf('const a = 1;'));
  expect(hashOf('const a = 1;')).not.toBe(hashOf('const a = 2;'));
});
