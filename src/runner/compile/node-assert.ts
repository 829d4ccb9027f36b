/** `node:assert`, as the compiler's modules call it: for conditions that only a mistake of theirs can break. */
export default function assert(condition: unknown, message = 'The compiler met a condition that should hold.'): void {
  if (!condition) throw new Error(message);
}
