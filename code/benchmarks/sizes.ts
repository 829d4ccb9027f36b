/** How much work a benchmark does. */
export interface Sizes {
  /** How often the library and its floor take turns. */
  readonly rounds: number;
  /** Saves in each turn. */
  readonly saves: number;
  /** Times that something is loaded in each turn. */
  readonly loads: number;
  /** Events of the aggregate that is loaded. */
  readonly events: number;
  /** Events of the log that is drained. */
  readonly log: number;
  /** Events that are recorded in each turn without being stored. */
  readonly triggers: number;
}

export const FULL: Sizes = { rounds: 11, saves: 300, loads: 30, events: 1_000, log: 10_000, triggers: 100_000 };

/** To see that everything works. The figures mean nothing. */
export const QUICK: Sizes = { rounds: 2, saves: 3, loads: 2, events: 20, log: 50, triggers: 20_000 };
