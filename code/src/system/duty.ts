import type { Coordinator, Lease } from '../index.ts';
import type { Station } from './station.ts';

/** How often somebody in waiting asks whether it's their turn, in milliseconds. */
const WAITING_MS = 500;

/**
 * Sees to it that of all processes with this follower one is at work, and that another takes over soon when that one is gone. If
 * two should take themselves for that one, their positions keep them from doing anything twice.
 */
export class Duty {
  readonly #coordinator: Coordinator;
  readonly #station: Station;
  readonly #onTurn: () => void;
  #lease: Lease | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: Promise<void>;
  #isOver = false;

  /** @param onTurn is called when it's this process's turn. */
  constructor(coordinator: Coordinator, station: Station, onTurn: () => void) {
    this.#coordinator = coordinator;
    this.#station = station;
    this.#onTurn = onTurn;
    station.isActive = false;
    this.#asking = this.#ask();
  }

  /** Lets somebody else have it. */
  async end(): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    await this.#asking;
    const lease = this.#lease;
    this.#lease = undefined;
    // If the connection is gone, so is the lease.
    await lease?.release().catch(() => undefined);
  }

  async #ask(): Promise<void> {
    // A store that can't be reached is reported by whoever has something to read or to store there.
    const lease = await this.#coordinator.tryLease(`follower ${this.#station.follower.name}`).catch(() => undefined);
    this.#lease = lease;
    if (this.#isOver) return;
    if (lease === undefined) {
      this.#askAgain();
      return;
    }
    lease.lost.addEventListener('abort', () => this.#lost(lease));
    this.#station.isActive = true;
    this.#onTurn();
  }

  #lost(lease: Lease): void {
    if (this.#lease !== lease) return;
    this.#lease = undefined;
    this.#station.isActive = false;
    if (!this.#isOver) this.#askAgain();
  }

  #askAgain(): void {
    this.#timer = setTimeout(() => {
      this.#asking = this.#ask();
    }, WAITING_MS);
  }
}
