import { describe, expect, test, vi } from 'vitest';
import { createStoreChoice } from '../../../src/components/snippet/store-choice.ts';

const alternatives = [
  { fence: 'f1', store: 'memory' },
  { fence: 'f2', store: 'sqlite' },
] as const;

function storageWith(items: Record<string, string>): Storage {
  const map = new Map(Object.entries(items));
  return {
    get length() {
      return map.size;
    },
    clear: () => map.clear(),
    getItem: (key) => map.get(key) ?? null,
    key: (index) => [...map.keys()][index] ?? null,
    removeItem: (key) => void map.delete(key),
    setItem: (key, value) => void map.set(key, value),
  };
}

describe('the chosen store', () => {
  test('is the first one until the reader chooses, and then kept for the page', () => {
    const storage = storageWith({});
    const choice = createStoreChoice(storage, '/page', alternatives);
    expect(choice.chosen).toBe('memory');
    const listener = vi.fn();
    choice.onChoose(listener);
    choice.choose('sqlite');
    choice.choose('sqlite');
    expect(listener).toHaveBeenCalledTimes(1);
    expect(createStoreChoice(storage, '/page', alternatives).chosen).toBe('sqlite');
    expect(createStoreChoice(storage, '/other', alternatives).chosen).toBe('memory');
  });

  test('is one that the page offers', () => {
    const storage = storageWith({ 'workbook:store:/page': 'postgres' });
    const choice = createStoreChoice(storage, '/page', alternatives);
    expect(choice.chosen).toBe('memory');
    choice.choose('postgres');
    expect(choice.chosen).toBe('memory');
    expect(createStoreChoice(storage, '/page', []).chosen).toBeUndefined();
  });

  test('decides which alternatives take part', () => {
    const choice = createStoreChoice(undefined, '/page', alternatives);
    expect(['f1', 'f2', 'f3'].map(choice.takesPart)).toEqual([true, false, true]);
    expect(['f1', 'f2', 'f3'].map(choice.isAlternative)).toEqual([true, true, false]);
    choice.choose('sqlite');
    expect(['f1', 'f2', 'f3'].map(choice.takesPart)).toEqual([false, true, true]);
  });
});
