import { PositionConflictError } from './errors.ts';
import type { Parked, Tracking } from './tracking.ts';

/** How far a follower has come, in the memory of the process. */
export class MemoryTracking {
  /** By the log that is followed. */
  readonly #positions = new Map<string, number>();
  /** By the log that is followed: the reasons, by position. */
  readonly #parked = new Map<string, Map<number, string>>();

  get positions(): ReadonlyMap<string, number> {
    return this.#positions;
  }

  position(log: string): number {
    return this.#positions.get(log) ?? 0;
  }

  parked(log: string): Parked[] {
    const parked = [...(this.#parked.get(log) ?? [])].map(([position, reason]) => ({ position, reason }));
    return parked.sort((a, b) => a.position - b.position);
  }

  /** @throws {PositionConflictError} if it has been dealt with. */
  refuseRepetition(tracking: Tracking): void {
    const { log, after, position, wasParked = false } = tracking;
    const found = this.position(log);
    const isDone = wasParked ? this.#parked.get(log)?.has(position) !== true : found !== after;
    if (isDone) throw new PositionConflictError(tracking, found);
  }

  track({ log, position, parked, wasParked = false }: Tracking): void {
    const reasons = this.#parked.get(log) ?? new Map<number, string>();
    this.#parked.set(log, reasons);
    if (wasParked) reasons.delete(position);
    else this.#positions.set(log, position);
    if (parked !== undefined) reasons.set(position, parked);
  }
}
