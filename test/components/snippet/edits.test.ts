import { describe, expect, test } from 'vitest';
import { createEditStore, hashOf, restore, type SavedEdit } from '../../../src/components/snippet/edits.ts';
import { MAX_CODE_LINES, whyTooMuch } from '../../../src/components/snippet/fits.ts';
import { endOfPiece, withoutStacks } from '../../../src/components/snippet/long-text.ts';

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

  test('keeps an edit beside another one of the same code', () => {
    const store = createEditStore(memoryStorage(), '/part/lesson');
    const beside = { ...edit('f1', 'aa', 'new'), beside: true };
    store.save(edit('f1', 'aa', 'old'));
    store.save(beside);
    expect(store.all()).toEqual([edit('f1', 'aa', 'old'), beside]);
    store.remove(beside);
    expect(store.all()).toEqual([edit('f1', 'aa', 'old')]);
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

  test('unless they are too much to be shown: those are withheld, wherever their place is', () => {
    const long = '// more\n'.repeat(MAX_CODE_LINES + 1);
    const { current, outdated, withheld } = restore(
      [edit('f1', 'aa', long), { ...edit('f1', 'aa', 'new'), beside: true }, edit('f9', 'bb', long), edit('f2', 'old')],
      page,
    );
    expect([...withheld.keys()]).toEqual(['f1', 'f2']);
    expect(current.get('f1')?.code).toBe('new');
    expect([...outdated.keys()]).toEqual(['f2']);
  });

  test('and never take the place of an edit of the code as it is', () => {
    expect(restore([edit('f9', 'aa', 'moved'), edit('f1', 'aa', 'own')], page).current.get('f1')?.code).toBe('own');
  });
});

test.each([
  ['the longest code', 'x'.repeat(4_000), undefined],
  ['accents and emoji', 'e\u0301 👩‍👩‍👧‍👦 क्षि', undefined],
  ['too many characters', 'abc\n'.repeat(10_001), '40,004 characters, and 40,000 is the most'],
  ['too many lines', '\n'.repeat(1_500), '1,501 lines, and 1,500 is the most'],
  ['lines that end in other ways', '\r'.repeat(1_500), '1,501 lines, and 1,500 is the most'],
  ['a line that is too long', `\n${'x'.repeat(4_001)}`, 'more than 4,000 characters in line 2'],
  ['too many accents', 'e\u0301'.padEnd(60, '\u0301'), 'dozens of accents on one letter'],
])('what is too much for a snippet: %s', (_, code, reason) => {
  expect(whyTooMuch(code)).toBe(reason);
});

describe('a long text comes in pieces', () => {
  test('of so many characters or lines, and never within a character', () => {
    expect(endOfPiece('short', 0)).toBe(5);
    expect(endOfPiece('x'.repeat(5_000), 0)).toBe(2_000);
    expect(endOfPiece('x'.repeat(5_000), 4_000)).toBe(5_000);
    expect(endOfPiece('x\n'.repeat(150), 0)).toBe(200);
    expect(endOfPiece(`x${'😀'.repeat(2_000)}`, 0)).toBe(1_999);
  });

  test('with few marks on each letter', () => {
    expect(withoutStacks('क्षि 👩‍👩‍👧‍👦 e\u0301')).toBe('क्षि 👩‍👩‍👧‍👦 e\u0301');
    expect(withoutStacks(`a${'\u0301'.repeat(20)}b`)).toBe(`a${'\u0301'.repeat(12)}⟨8 more marks⟩b`);
    expect(withoutStacks('\u202e\u202d'.repeat(10))).toBe(`${'\u202e\u202d'.repeat(6)}⟨8 more marks⟩`);
  });
});

test('a hash tells texts apart and stays the same', () => {
  expect(hashOf('const a = 1;')).toBe(hashOf('const a = 1;'));
  expect(hashOf('const a = 1;')).not.toBe(hashOf('const a = 2;'));
});
