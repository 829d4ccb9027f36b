import { GenerationError, type Leader, Pipe, ProcessingError, uuid4, type ViewGeneration } from '../index.ts';
import { RebuildError } from './errors.ts';
import { Generation, type ViewParts } from './generation.ts';

/** How often whoever rebuilds gives a sign of life in the time after which it's taken for dead. */
const BEATS = 5;

/** How often the switch is tried, since those who follow the live tables may be ahead again each time. */
const MOST_SWITCHES = 1_000;

/** Builds another generation from the first notification on, and puts it in the place of the live one. */
export async function rebuilt(
  parts: ViewParts,
  live: ViewGeneration,
  leaders: readonly Leader[],
  patience: number,
): Promise<void> {
  const { name, recorder } = parts;
  const followed = await recorder.positions(live);
  const names = new Set(leaders.map(({ notificationLog }) => notificationLog.name));
  const missing = [...followed.keys()].filter((log) => !names.has(log));
  if (missing.length > 0) {
    throw new RebuildError(
      name,
      `${name} follows ${[...followed.keys()].join(', ')}. To rebuild it from ${[...names].join(', ') || 'nothing'} alone would lose ` +
        `what follows from ${missing.join(', ')}. Give rebuild(…) all the leaders.`,
    );
  }
  const building = new Generation(parts, await begun(parts, patience));
  // Whatever comes of it, the generation is still there for the next sign, or its follower learns that it isn't.
  const beating = setInterval(() => void recorder.beat(building.generation).catch(() => undefined), patience / BEATS);
  try {
    const pipes = leaders.map(({ notificationLog }) => new Pipe(notificationLog, building.following));
    for (let attempt = 1; ; attempt++) {
      for (const pipe of pipes) await toTheEnd(pipe, building, () => recorder.parked(live, pipe.log.name));
      if (await recorder.makeLive(building.generation)) return;
      if (attempt === MOST_SWITCHES) {
        throw new RebuildError(name, `The rebuild of ${name} can't keep up with those who follow the live tables.`);
      }
    }
  } catch (error) {
    // Why it has failed is what counts. What can't be dropped now is dropped by the next rebuild.
    await recorder.discard(building.generation).catch(() => undefined);
    if (!(error instanceof GenerationError)) throw error;
    throw new RebuildError(
      name,
      `Somebody else has taken over the rebuild of ${name}, since this one gave no sign of life.`,
      {
        cause: error,
      },
    );
  } finally {
    clearInterval(beating);
  }
}

/** Begins a generation. If there is one that is being built, waits for whether anybody is at it. */
async function begun({ name, tables, recorder }: ViewParts, patience: number): Promise<ViewGeneration> {
  const builder = uuid4();
  const before = (await recorder.generations()).find(({ isLive }) => !isLive);
  const begun = before === undefined ? await recorder.build(tables, builder) : undefined;
  if (begun !== undefined) return begun;
  const other = before ?? (await recorder.generations()).find(({ isLive }) => !isLive);
  const end = Date.now() + patience;
  for (;;) {
    const now = (await recorder.generations()).find(({ isLive }) => !isLive);
    if (now?.number !== other?.number || now?.beats !== other?.beats) break;
    if (Date.now() >= end) {
      const taken = await recorder.build(tables, builder, other);
      if (taken !== undefined) return taken;
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, patience / BEATS));
  }
  throw new RebuildError(name, `${name} is being rebuilt by somebody else. Wait until that is done.`);
}

/** Follows a log to its end. What was put aside for the live tables is put aside again if it fails again. */
async function toTheEnd(pipe: Pipe, building: Generation, parked: () => Promise<{ readonly position: number }[]>) {
  for (;;) {
    try {
      while (await pipe.step()) {
        // There's more.
      }
      return;
    } catch (error) {
      if (!(error instanceof ProcessingError)) throw error;
      const positions = (await parked()).map(({ position }) => position);
      if (!positions.includes(error.position)) throw error;
      await building.following.park(error);
      pipe.reset();
    }
  }
}
