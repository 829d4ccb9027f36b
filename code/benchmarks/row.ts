/** One measurement, as `npm run bench -- --json` prints it. */
export interface Row {
  readonly suite: string;
  readonly name: string;
  /** What the value counts, for example `saves/s`. */
  readonly unit: string;
  /** Of the library: the median of all rounds. */
  readonly value: number;
  /** What it is to be compared with, in the same unit. */
  readonly floor?: number;
  /** The value divided by the floor: the median of what each round gave, in which both take turns. */
  readonly ratio?: number;
}
