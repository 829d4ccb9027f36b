import { DefinitionError, type ErrorCode } from '../errors.ts';
import { foreignCopy, OWN } from '../library-mark.ts';

/**
 * Refuses what another copy of the library has made, and says so: to this one it's nothing that it knows.
 *
 * @param what what it is, for example `class Dog`
 * @throws {DefinitionError} if it's from another copy
 */
export function refuseForeign(value: unknown, what: string, code: ErrorCode = 'ES_NOT_AN_AGGREGATE'): void {
  const copy = foreignCopy(value);
  if (copy === undefined) return;
  throw new DefinitionError(
    code,
    `${what} comes from another copy of eventsourcing (version ${copy.version}; this one is version ${OWN.version}), and ` +
      'two copies do not know each other’s classes. Install it once: npm ls eventsourcing shows where the copies are.',
  );
}
