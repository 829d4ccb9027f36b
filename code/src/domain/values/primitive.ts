/** Values that need neither a copy nor a closer look. */
export function isPrimitive(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return true;
    case 'number':
      return Number.isFinite(value);
    default:
      return value === null;
  }
}
