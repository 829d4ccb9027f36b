/**
 * How much each proof does: in `npm test` enough to see it work, and in `npm run prove` what the project promises.
 */
export interface Counts {
  /** Processes that are killed in the middle of saving. */
  readonly kills: { readonly sqlite: number; readonly postgres: number };
  /** Followers that are killed in the middle of storing how far they are. */
  readonly killedFollowers: { readonly sqlite: number; readonly postgres: number };
  /** How often two processes are killed that follow so many events into one projection. */
  readonly killedProjections: {
    readonly sqlite: { readonly kills: number; readonly events: number };
    readonly postgres: { readonly kills: number; readonly events: number };
  };
  /** Events that followers get, while they are killed so many times. */
  readonly followed: { readonly events: number; readonly kills: number };
  /** What each of two processes saves while the process that follows both is killed. */
  readonly takeOver: { readonly saves: number; readonly kills: number };
  /** Saves in a row that are followed. */
  readonly burst: number;
  /** Events that are followed with little memory. */
  readonly longLog: number;
  /** How often the server of PostgreSQL is killed, and how often it ends everybody's connections. */
  readonly serverCrashes: number;
  readonly lostConnections: number;
  /** Writing processes, and how often each of them saves. */
  readonly writers: {
    readonly sqlite: { readonly processes: number; readonly saves: number };
    readonly postgres: { readonly processes: number; readonly saves: number };
  };
  /** Events in a large transaction, of which the races of the recorder cases are made. */
  readonly batchSize: { readonly fast: number; readonly postgres: number };
  /** Random scripts for each recorder, and for all of them side by side. */
  readonly scripts: { readonly fast: number; readonly postgres: number; readonly sideBySide: number };
  /** Random lives of an aggregate. */
  readonly lives: { readonly replayed: number; readonly stored: number };
  /** Events that a reader of sections gets while they are written. */
  readonly sections: number;
  readonly encryptions: number;
}

const small: Counts = {
  kills: { sqlite: 4, postgres: 4 },
  killedFollowers: { sqlite: 4, postgres: 4 },
  killedProjections: { sqlite: { kills: 4, events: 400 }, postgres: { kills: 4, events: 400 } },
  followed: { events: 600, kills: 4 },
  takeOver: { saves: 150, kills: 1 },
  burst: 500,
  longLog: 20_000,
  serverCrashes: 1,
  lostConnections: 2,
  writers: { sqlite: { processes: 2, saves: 100 }, postgres: { processes: 2, saves: 200 } },
  batchSize: { fast: 10_000, postgres: 1_000 },
  scripts: { fast: 50, postgres: 30, sideBySide: 30 },
  lives: { replayed: 100, stored: 50 },
  sections: 100,
  encryptions: 50_000,
};

const full: Counts = {
  kills: { sqlite: 200, postgres: 50 },
  killedFollowers: { sqlite: 100, postgres: 50 },
  killedProjections: { sqlite: { kills: 100, events: 10_000 }, postgres: { kills: 100, events: 10_000 } },
  followed: { events: 10_000, kills: 100 },
  takeOver: { saves: 3_000, kills: 5 },
  burst: 50_000,
  longLog: 1_000_000,
  serverCrashes: 5,
  lostConnections: 20,
  writers: { sqlite: { processes: 4, saves: 2_500 }, postgres: { processes: 8, saves: 10_000 } },
  batchSize: { fast: 10_000, postgres: 10_000 },
  scripts: { fast: 500, postgres: 300, sideBySide: 300 },
  lives: { replayed: 20_000, stored: 2_000 },
  sections: 2_000,
  encryptions: 1_000_000,
};

export const counts: Counts = process.env.PROOF_COUNTS === 'full' ? full : small;
