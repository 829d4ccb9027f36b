/** What a text is not to have in it where a database has to find it again: U+0000, and halves of characters. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** Whether every database can hold a text as it is, so that it tells one thing from another. */
export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text);
}

/** A value in a sentence that says that it is not what was expected. */
export function described(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > LONGEST_SHOWN ? `a text of ${value.length} characters` : JSON.stringify(value);
  }
  if (Array.isArray(value)) return 'an array';
  if (value === null || typeof value !== 'object') {
    return typeof value === 'function' || typeof value === 'symbol' ? `a ${typeof value}` : String(value);
  }
  const type: unknown = Reflect.get(value, 'constructor');
  return typeof type === 'function' && type !== Object && type.name !== '' ? `a ${type.name}` : 'an object';
}

const LONGEST_SHOWN = 300;
