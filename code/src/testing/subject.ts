import type { Recorder } from '../index.ts';

/** The recorders to test. */
export interface RecorderUnderTest {
  /**
   * Makes recorders of one new log with nothing in it. They should be as far apart as recorders of one log can be: on
   * connections of their own, if there are connections. A recorder that cannot be had twice may be given several times.
   *
   * @param count how many recorders.
   */
  create(count: number): Promise<readonly Recorder[]>;
  /** Whether the recorders keep positions of followers, that is, have `position`. Then there are cases for that as well. */
  readonly keepsPositions?: boolean | undefined;
  /** How many events a large transaction has; 1000 unless given. */
  readonly batchSize?: number | undefined;
  /** How many random scripts to run; 50 unless given. */
  readonly runs?: number | undefined;
  /** Repeats the random scripts of an earlier run, whose report names its seed. */
  readonly seed?: number | undefined;
}

/** One thing that must hold, for any test runner: `for (const { name, run } of cases) test(name, run);`. */
export interface RecorderCase {
  readonly name: string;
  /** Rejects if it does not hold. */
  run(): Promise<void>;
}

/** A new log, with one recorder of it. */
export async function createOne(subject: RecorderUnderTest): Promise<Recorder> {
  const [recorder] = await subject.create(1);
  if (recorder === undefined) throw new TypeError('The function create was to make one recorder, and made none.');
  return recorder;
}
