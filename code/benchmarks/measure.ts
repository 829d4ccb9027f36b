import type { Row } from './row.ts';

/** Does some work, and returns how much it was, in the unit of its row. */
export type Turn = () => Promise<number>;

/**
 * Measures the library and its floor in turns, so that a machine that is busy meanwhile slows both alike. Which of them
 * goes first changes from round to round.
 */
export async function compare(
  row: Pick<Row, 'suite' | 'name' | 'unit'>,
  rounds: number,
  library: Turn,
  floor: Turn,
): Promise<Row> {
  await library();
  await floor();
  const values: number[] = [];
  const floors: number[] = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) values.push(await rateOf(library));
    floors.push(await rateOf(floor));
    if (round % 2 === 1) values.push(await rateOf(library));
  }
  const ratios = values.map((value, round) => value / (floors[round] ?? Number.NaN));
  return { ...row, value: median(values), floor: median(floors), ratio: median(ratios) };
}

/**
 * Measures the library against an aim, which is a rate as well: per second of the processor's time, since nothing here
 * waits, and nothing takes turns with it that other programs would slow as well.
 */
export async function aimAt(
  row: Pick<Row, 'suite' | 'name' | 'unit'>,
  rounds: number,
  library: Turn,
  aim: number,
): Promise<Row> {
  await library();
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) values.push(await rateOf(library, processorTime));
  const value = median(values);
  return { ...row, value, floor: aim, ratio: value / aim };
}

/** Per second. */
async function rateOf(turn: Turn, clock: () => number = () => performance.now()): Promise<number> {
  const began = clock();
  const amount = await turn();
  return (amount / (clock() - began)) * 1000;
}

/** How many milliseconds this thread has had the processor for. */
function processorTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
