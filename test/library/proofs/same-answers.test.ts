/** The same random script on all stores at once: each step has to be answered alike, errors and ids included. */
import { MemoryRecorder } from 'eventsourcing';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Actor, scripts as recorderScripts } from '../../../code/src/testing/script.ts';
import { storeNames } from '../every-store/store-names.ts';
import { testedStores } from '../every-store/stores.ts';
import { counts } from './counts.ts';
import { KennelActor, scripts } from './kennel.ts';
import { grouped, shown } from './shown.ts';

const all = await testedStores(storeNames);
const names = all.map(({ name }) => name).join(', ');

/** In so many random scripts each kind of error turns up. */
const SURELY_ALL_KINDS = 300;

/** The stores stay, and each script has logs of its own in them. */
let scriptCount = 0;
function nextName(): string {
  scriptCount += 1;
  return `Script${scriptCount}`;
}

test('recorders give the same answers to random scripts, side by side', async (context) => {
  const stores = all.map(({ name, open }) => ({ name, store: open() }));
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(recorderScripts(fc, true), async (steps) => {
      const application = nextName();
      const recorders = stores.map(({ name, store }) => ({ name, recorder: store.recorder(application) }));
      const actors = recorders.map(({ name, recorder }) => ({ name, actor: new Actor(recorder) }));
      const model = new MemoryRecorder();
      const modelActor = new Actor(model);
      for (const step of steps) {
        const expected = await modelActor.answer(step);
        for (const { name, actor } of actors) expect(await actor.answer(step), name).toEqual(expected);
        answered += 1;
      }
      // The steps leave out which ids were given. Where no server crashed, they are the same too.
      const expected = await model.selectNotifications();
      for (const { name, recorder } of recorders) expect(await recorder.selectNotifications(), name).toEqual(expected);
    }),
    { numRuns: counts.scripts.sideBySide },
  );
  shown(
    context,
    `${grouped(counts.scripts.sideBySide)} random scripts for recorders: ${grouped(answered)} steps were answered alike by ${names}`,
  );
});

test('applications give the same answers to random scripts, side by side', async (context) => {
  const stores = all.map(({ name, open }) => ({ name, store: open() }));
  let answered = 0;
  const kinds = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(scripts, async ({ options, steps }) => {
      const application = nextName();
      const actors = stores.map(({ name, store }) => ({
        name,
        actor: new KennelActor({ store, name: application, ...options }),
      }));
      for (const step of steps) {
        const [first, ...others] = actors;
        const expected = await first?.actor.answer(step);
        for (const { name, actor } of others) expect(await actor.answer(step), name).toEqual(expected);
        answered += 1;
        const code = Array.isArray(expected) && typeof expected[1] === 'string' ? expected[1] : undefined;
        if (code !== undefined) kinds.set(code, (kinds.get(code) ?? 0) + 1);
      }
      for (const { actor } of actors) await actor.check();
    }),
    { numRuns: counts.scripts.sideBySide },
  );
  // Scripts that meet no conflict would compare nothing of interest. A few of them may well meet none.
  const least = counts.scripts.sideBySide >= SURELY_ALL_KINDS ? 1 : 0;
  for (const code of ['ES_VERSION_CONFLICT', 'ES_AGGREGATE_NOT_FOUND', 'ES_INVALID_ARGUMENT', 'ES_PAYLOAD']) {
    expect(kinds.get(code) ?? 0, code).toBeGreaterThanOrEqual(least);
  }
  const errors = [...kinds].map(([code, count]) => `${grouped(count)} ${code}`).join(', ');
  shown(
    context,
    `${grouped(counts.scripts.sideBySide)} random scripts for applications: ${grouped(answered)} steps were answered alike by ` +
      `${names}, among them the errors ${errors}`,
  );
});
