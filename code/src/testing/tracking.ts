import { type Parked, PositionConflictError, type Recorder, type StoredEvent, type Tracking } from '../index.ts';
import * as assert from './assertion.ts';
import { rejection } from './rejection.ts';
import { assertConflict, stored } from './stored.ts';
import { createOne, type RecorderCase, type RecorderUnderTest } from './subject.ts';

/** A recorder that keeps positions. */
type Follower = Recorder & Required<Pick<Recorder, 'position' | 'parked'>>;

/** What the interface `Recorder` promises about the positions of followers, one case for each promise. */
export function trackingCases(subject: RecorderUnderTest): readonly RecorderCase[] {
  if (subject.keepsPositions !== true) return [undeclared(subject)];
  const cases: RecorderCase[] = [];
  const addRace = (name: string, count: number, run: (followers: readonly Follower[]) => Promise<void>) =>
    cases.push({ name, run: async () => run((await subject.create(count)).map(follower)) });
  const add = (name: string, run: (recorder: Follower, other: Follower) => Promise<void>) =>
    addRace(name, 2, async ([recorder, other]) => {
      assert.ok(recorder && other, 'The function create was to make two recorders.');
      await run(recorder, other);
    });

  add('a position in a log is 0 at first', async (recorder) => {
    assert.equal(await recorder.position('Dogs'), 0);
    assert.deepEqual(await recorder.parked('Dogs'), []);
  });

  add('a position is stored with what followed, and each is there for all', async (recorder, other) => {
    assert.deepEqual(await recorder.insert([stored('a', 1)], { log: 'Dogs', after: 0, position: 1 }), [1]);
    assert.equal(await other.position('Dogs'), 1);
    const ids = await other.insert([stored('b', 1), stored('a', 2)], { log: 'Dogs', after: 1, position: 2 });
    assert.deepEqual(ids, [2, 3]);
    assert.equal(await recorder.position('Dogs'), 2);
    assert.deepEqual(await recorder.select('a'), [stored('a', 1), stored('a', 2)]);
    assert.deepEqual(await recorder.parked('Dogs'), []);
  });

  add('a position is stored where nothing followed', async (recorder, other) => {
    let after = 0;
    for (const position of [1, 2, 700, Number.MAX_SAFE_INTEGER]) {
      assert.deepEqual(await recorder.insert([], { log: 'Dogs', after, position }), []);
      assert.equal(await other.position('Dogs'), position);
      after = position;
    }
    assert.deepEqual(await recorder.selectNotifications(), []);
    assert.deepEqual(await recorder.insert([stored('a', 1)]), [1]);
    assert.equal(await recorder.position('Dogs'), Number.MAX_SAFE_INTEGER);
  });

  for (const [which, starts] of [
    ['less', [0, 3, 4]],
    ['greater', [6, 699, Number.MAX_SAFE_INTEGER - 1]],
  ] as const) {
    add(
      `to have started from a position ${which} than the stored one is a conflict, and stores nothing`,
      async (recorder, other) => {
        await recorder.insert([stored('a', 1)], { log: 'Dogs', after: 0, position: 5 });
        for (const after of starts) {
          // Whether the new position is past the stored one or not.
          for (const position of [1, 4, 5, 6, 700, Number.MAX_SAFE_INTEGER].filter((each) => each > after)) {
            for (const events of [[], [stored('b', 1)], [stored('a', 2), stored('c', 1)]]) {
              for (const parked of [undefined, 'a reason']) {
                const error = await rejection(other.insert(events, { log: 'Dogs', after, position, parked }));
                assertDone(error, { log: 'Dogs', position, foundPosition: 5 });
              }
            }
          }
        }
        assert.equal(await recorder.position('Dogs'), 5);
        assert.deepEqual(await recorder.parked('Dogs'), []);
        assert.equal((await recorder.selectNotifications()).length, 1);
        assert.deepEqual(await recorder.insert([stored('a', 2)], { log: 'Dogs', after: 5, position: 6 }), [2]);
      },
    );
  }

  add(
    'to have started from a position where none is stored is a conflict, and stores nothing',
    async (recorder, other) => {
      for (const events of [[], [stored('a', 1)], [stored('b', 1), stored('b', 1)]]) {
        const error = await rejection(other.insert(events, { log: 'Dogs', after: 1, position: 2, parked: 'a reason' }));
        assertDone(error, { log: 'Dogs', position: 2, foundPosition: 0 });
      }
      assert.equal(await recorder.position('Dogs'), 0);
      assert.deepEqual(await recorder.parked('Dogs'), []);
      assert.deepEqual(await recorder.insert([stored('a', 1)], { log: 'Dogs', after: 0, position: 2 }), [1]);
      assert.equal(await other.position('Dogs'), 2);
    },
  );

  add('a version conflict leaves the position as it was', async (recorder, other) => {
    await recorder.insert([stored('a', 1)]);
    for (const before of [0, 7]) {
      if (before > 0) await recorder.insert([], { log: 'Dogs', after: 0, position: before });
      for (const events of [
        [stored('a', 1)],
        [stored('b', 1), stored('a', 3)],
        [stored('a', 2), stored('b', 1), stored('a', 2)],
      ]) {
        for (const parked of [undefined, 'a reason']) {
          const error = await rejection(
            other.insert(events, { log: 'Dogs', after: before, position: before + 1, parked }),
          );
          assertConflict(error, { aggregateId: 'a', foundVersion: 1 });
        }
        assert.equal(await recorder.position('Dogs'), before);
        assert.deepEqual(await recorder.parked('Dogs'), []);
      }
    }
    assert.equal((await recorder.selectNotifications()).length, 1);
    assert.deepEqual(await other.insert([stored('a', 2)], { log: 'Dogs', after: 7, position: 8 }), [2]);
  });

  add('the position is looked at before the versions', async (recorder) => {
    await recorder.insert([stored('a', 1)], { log: 'Dogs', after: 0, position: 3 });
    for (const events of [
      [stored('a', 1)],
      [stored('a', 9)],
      [stored('b', 1), stored('a', 1)],
      [stored('b', 1), stored('b', 1)],
    ]) {
      for (const [after, position, wasParked] of [
        [0, 3, false],
        [2, 9, false],
        [4, 9, false],
        [3, 2, true],
      ] as const) {
        const error = await rejection(recorder.insert(events, { log: 'Dogs', after, position, wasParked }));
        assertDone(error, { log: 'Dogs', position, foundPosition: 3 });
      }
    }
    assert.equal((await recorder.selectNotifications()).length, 1);
  });

  add('each log that is followed has a position of its own', async (recorder, other) => {
    const logs = ['Dogs', 'dogs', 'Dogs ', 'Dogs/0', 'Dogs/1', "it's 犬 \\ % _ \n", 'x'.repeat(500)];
    for (const [index, log] of logs.entries()) {
      await recorder.insert([stored(log, 1)], { log, after: 0, position: index + 1 });
      await other.insert([], { log, after: index + 1, position: index + 11, parked: `of ${log}` });
    }
    for (const [index, log] of logs.entries()) {
      assert.equal(await other.position(log), index + 11, log);
      assert.deepEqual(await recorder.parked(log), [{ position: index + 11, reason: `of ${log}` }], log);
      assert.equal((await recorder.select(log)).length, 1);
    }
    assert.equal(await recorder.position('Cats'), 0);
    assert.deepEqual(await recorder.parked('Cats'), []);
  });

  add('a notification is put aside with a reason, and the position goes on', async (recorder, other) => {
    const parked: Parked[] = [
      { position: 2, reason: 'Rex: it\'s 犬 \\ % _ \n "quoted"' },
      { position: 9, reason: '' },
      { position: 10, reason: 'x'.repeat(10_000) },
    ];
    await recorder.insert([stored('a', 1)], { log: 'Dogs', after: 0, position: 1 });
    let after = 1;
    for (const { position, reason } of parked) {
      await recorder.insert([], { log: 'Dogs', after, position, parked: reason });
      after = position;
    }
    assert.equal(await other.position('Dogs'), 10);
    assert.deepEqual(await other.parked('Dogs'), parked);
    await recorder.insert([stored('a', 2)], { log: 'Dogs', after: 10, position: 11 });
    assert.deepEqual(await other.parked('Dogs'), parked);
  });

  add('what was put aside is taken up with what followed, and the position stays', async (recorder, other) => {
    await recorder.insert([], { log: 'Dogs', after: 0, position: 1 });
    for (const position of [2, 3, 4]) {
      await recorder.insert([], { log: 'Dogs', after: position - 1, position, parked: `${position}` });
    }
    await recorder.insert([], { log: 'Dogs', after: 4, position: 8 });
    const tracking = { log: 'Dogs', after: 8, position: 3, wasParked: true };
    assert.deepEqual(await other.insert([stored('a', 1), stored('a', 2)], tracking), [1, 2]);
    assert.equal(await recorder.position('Dogs'), 8);
    assert.deepEqual(await recorder.parked('Dogs'), [parkedAt(2), parkedAt(4)]);
    // Where the follower started from plays no part in this.
    assert.deepEqual(await other.insert([], { ...tracking, after: 0, position: 2 }), []);
    assert.deepEqual(await recorder.parked('Dogs'), [parkedAt(4)]);
    assert.equal(await recorder.position('Dogs'), 8);
    await other.insert([], { ...tracking, after: 700, position: 4 });
    assert.deepEqual(await recorder.parked('Dogs'), []);
    assert.deepEqual(await recorder.insert([], { log: 'Dogs', after: 8, position: 9 }), []);
  });

  add('what is not put aside, or not any more, can not be taken up', async (recorder, other) => {
    await recorder.insert([], { log: 'Dogs', after: 0, position: 2, parked: '2' });
    await recorder.insert([], { log: 'Cats', after: 0, position: 3, parked: '3' });
    await recorder.insert([stored('a', 1)], { log: 'Dogs', after: 2, position: 2, wasParked: true });
    for (const position of [1, 2, 3]) {
      for (const events of [[], [stored('a', 2)], [stored('a', 2), stored('b', 1)]]) {
        const error = await rejection(other.insert(events, { log: 'Dogs', after: 2, position, wasParked: true }));
        assertDone(error, { log: 'Dogs', position, foundPosition: 2 });
      }
    }
    const unknown = await rejection(other.insert([], { log: 'Birds', after: 0, position: 1, wasParked: true }));
    assertDone(unknown, { log: 'Birds', position: 1, foundPosition: 0 });
    const again = await rejection(other.insert([], { log: 'Dogs', after: 0, position: 2, parked: 'again' }));
    assertDone(again, { log: 'Dogs', position: 2, foundPosition: 2 });
    assert.deepEqual(await recorder.parked('Dogs'), []);
    assert.deepEqual(await recorder.parked('Cats'), [parkedAt(3)]);
    assert.equal((await recorder.selectNotifications()).length, 1);
  });

  add('a version conflict leaves what was put aside as it was', async (recorder, other) => {
    await recorder.insert([stored('a', 1)], { log: 'Dogs', after: 0, position: 1, parked: '1' });
    const tracking = { log: 'Dogs', after: 1, position: 1, wasParked: true };
    for (const events of [[stored('a', 1)], [stored('b', 1), stored('a', 3)], [stored('a', 2), stored('a', 2)]]) {
      assertConflict(await rejection(other.insert(events, tracking)), { aggregateId: 'a', foundVersion: 1 });
      assert.deepEqual(await recorder.parked('Dogs'), [parkedAt(1)]);
    }
    assert.deepEqual(await other.insert([stored('a', 2)], tracking), [2]);
    assert.deepEqual(await recorder.parked('Dogs'), []);
  });

  add('positions, and names of logs, that not every database can hold are refused', async (recorder) => {
    const good: Tracking = { log: 'Dogs', after: 0, position: 1 };
    for (const wrong of [
      { ...good, position: 0 },
      { ...good, position: -1 },
      { ...good, position: 1.5 },
      { ...good, position: 2 ** 53 },
      { ...good, position: Number.NaN },
      { ...good, after: -1 },
      { ...good, after: 0.5 },
      { ...good, after: 1 },
      { ...good, after: 2 },
      { ...good, after: Number.NaN },
      { ...good, after: -1, wasParked: true },
      { ...good, after: 1.5, wasParked: true },
      { ...good, after: 2 ** 53, wasParked: true },
      { ...good, log: 'a\0b' },
      { ...good, log: '\ud83d' },
      { ...good, parked: 'a\0b' },
      { ...good, parked: '\udc00' },
      { ...good, parked: 'a reason', wasParked: true },
    ]) {
      for (const events of [[], [stored('a', 1)]]) {
        assert.equal((await rejection(recorder.insert(events, wrong))).code, 'ES_INVALID_ARGUMENT');
      }
    }
    assert.equal((await rejection(recorder.insert([stored('a\0', 1)], good))).code, 'ES_INVALID_ARGUMENT');
    assert.equal(await recorder.position('Dogs'), 0);
    assert.deepEqual(await recorder.selectNotifications(), []);
  });

  addRace('of many that store one position, one succeeds', 8, async (followers) => {
    // The first time, there is no position of this log yet.
    for (let position = 1; position <= 5; position++) {
      const found = await assertOneSucceeds(followers, (index) => {
        const events = [
          [stored(`${position}`, 1), stored(`${position}, too`, 1)],
          [stored(`${position} of ${index}`, 1)],
          [],
        ];
        return [events[index % events.length] ?? [], { log: 'Dogs', after: position - 1, position }];
      });
      assert.equal(found, position);
    }
  });

  addRace('of many that start from one position and reach different ones, one succeeds', 8, async (followers) => {
    // Each has read so many notifications at once, and has an event for each of them.
    const lengths = [3, 1, 5, 2];
    let after = 0;
    for (let round = 1; round <= 6; round++) {
      after = await assertOneSucceeds(followers, (index) => {
        const length = lengths[index % lengths.length] ?? 1;
        const events = Array.from({ length }, (_, at) => stored(`${after + at + 1} of ${index}`, 1));
        return [events, { log: 'Dogs', after, position: after + length }];
      });
    }
    const dealtWith = (await followers[0]?.selectNotifications())?.map(({ aggregateId }) => parseInt(aggregateId, 10));
    assert.deepEqual(
      dealtWith,
      Array.from({ length: after }, (_, index) => index + 1),
    );
  });

  addRace('many that follow one log do everything once, in order', 6, async (followers) => {
    const last = 20;
    await Promise.all(
      followers.map(async (recorder) => {
        for (let position = 1; position <= last; ) {
          const [outcome] = await Promise.allSettled([
            recorder.insert([stored('a', position)], { log: 'Dogs', after: position - 1, position }),
          ]);
          if (outcome.status === 'fulfilled') {
            position += 1;
          } else {
            assertDone(outcome.reason, { position });
            const { foundPosition } = outcome.reason;
            assert.ok(foundPosition >= position, `Position ${foundPosition} is stored, and ${position} was refused.`);
            position = foundPosition + 1;
          }
        }
      }),
    );
    assert.equal(await followers[0]?.position('Dogs'), last);
    assert.deepEqual(
      (await followers[0]?.selectNotifications())?.map(({ id, version }) => [id, version]),
      Array.from({ length: last }, (_, index) => [index + 1, index + 1]),
    );
  });

  addRace('of many that take up one notification, one succeeds', 8, async (followers) => {
    for (let position = 1; position <= 5; position++) {
      await followers[0]?.insert([], { log: 'Dogs', after: position - 1, position, parked: `${position}` });
      const found = await assertOneSucceeds(followers, (index) => {
        const events = index % 2 === 0 ? [stored(`${position} of ${index}`, 1)] : [];
        return [events, { log: 'Dogs', after: 0, position, wasParked: true }];
      });
      assert.equal(found, position);
      assert.deepEqual(await followers[0]?.parked('Dogs'), []);
    }
  });

  addRace('followers of several logs, those who take up, and those who save do not stop each other', 7, async (all) => {
    const [shared, saver, ...followers] = all;
    const rounds = 15;
    const save = async () => {
      for (let version = 1; version <= rounds; version++) await saver?.insert([stored('saved', version)]);
    };
    let areFollowing = true;
    const takeUp = async () => {
      for (let position = 1; position <= rounds; ) {
        const isToCome = areFollowing;
        const [outcome] = await Promise.allSettled([
          shared?.insert([stored('taken up', position)], { log: '0', after: 0, position, wasParked: true }),
        ]);
        if (outcome.status === 'fulfilled') {
          position += 1;
        } else {
          assertDone(outcome.reason, { log: '0', position });
          assert.ok(isToCome, `Notification ${position} was put aside, and could not be taken up.`);
        }
        await new Promise((resolve) => setTimeout(resolve));
      }
    };
    const followAll = followers.map(async (recorder, index) => {
      // Two of them follow the same, and meet all the time.
      const log = `${index >> 1}`;
      for (let position = 1; position <= rounds; position++) {
        const tracking = { log, after: position - 1, position, ...(log === '0' ? { parked: 'a reason' } : {}) };
        const [outcome] = await Promise.allSettled([recorder.insert([stored(log, position)], tracking)]);
        if (outcome.status === 'rejected') assertDone(outcome.reason, { log, position });
      }
    });
    const follow = Promise.all(followAll).finally(() => {
      areFollowing = false;
    });
    await Promise.all([save(), takeUp(), follow]);
    const found = await shared?.selectNotifications();
    for (const id of ['saved', 'taken up', ...new Set(followers.map((_, index) => `${index >> 1}`))]) {
      assert.deepEqual(
        found?.filter(({ aggregateId }) => aggregateId === id).map(({ version }) => version),
        Array.from({ length: rounds }, (_, index) => index + 1),
        id,
      );
    }
    assert.deepEqual(await shared?.parked('0'), []);
  });

  addRace('a position is never seen without its events, nor they without it', 2, async ([writer, reader]) => {
    const last = 60;
    let isWriting = true;
    const write = async () => {
      try {
        for (let n = 1; n <= last; n++)
          await writer?.insert([stored('a', n)], { log: 'Dogs', after: n - 1, position: n });
      } finally {
        isWriting = false;
      }
    };
    const read = async () => {
      while (isWriting) {
        const before = (await reader?.maxNotificationId()) ?? Number.NaN;
        const position = (await reader?.position('Dogs')) ?? Number.NaN;
        const after = (await reader?.maxNotificationId()) ?? Number.NaN;
        assert.ok(
          before <= position && position <= after,
          `Position ${position} was seen between ${before} and ${after}.`,
        );
        await new Promise((resolve) => setTimeout(resolve));
      }
    };
    await Promise.all([write(), read()]);
    assert.equal(await reader?.position('Dogs'), last);
  });
  return cases;
}

/** Who has written a recorder that keeps positions is to know that it was not tested for that. */
function undeclared(subject: RecorderUnderTest): RecorderCase {
  return {
    name: 'a recorder that keeps positions of followers is tested for it',
    async run() {
      const { position } = await createOne(subject);
      assert.ok(
        position === undefined,
        'The recorder has a method position. Give recorderCases also { keepsPositions: true }, for the cases about that.',
      );
    },
  };
}

function follower(recorder: Recorder): Follower {
  assert.ok(isFollower(recorder), 'A recorder that keeps positions has the methods position and parked.');
  return recorder;
}

function isFollower(recorder: Recorder): recorder is Follower {
  return recorder.position !== undefined && recorder.parked !== undefined;
}

function parkedAt(position: number): Parked {
  return { position, reason: `${position}` };
}

/**
 * Lets all of them try at once, on the log `Dogs`, what only one can do: what that one stores is there once, and the others find
 * the position and have stored nothing.
 *
 * @returns the position that is stored now.
 */
async function assertOneSucceeds(
  followers: readonly Follower[],
  attempt: (index: number) => readonly [readonly StoredEvent[], Tracking],
): Promise<number> {
  const [first] = followers;
  assert.ok(first, 'The function create was to make several recorders.');
  const { length } = await first.selectNotifications();
  const attempts = followers.map((_, index) => attempt(index));
  const outcomes = await Promise.allSettled(
    attempts.map(async ([events, tracking], index) => await followers[index]?.insert(events, tracking)),
  );
  const foundPosition = await first.position('Dogs');
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') assertDone(outcome.reason, { foundPosition });
  }
  const [stored, ...more] = outcomes.flatMap((outcome, index) =>
    outcome.status === 'fulfilled' ? [{ ids: outcome.value, attempt: attempts[index] }] : [],
  );
  assert.ok(
    stored?.ids && stored.attempt && more.length === 0,
    `One of them was to succeed, not ${stored === undefined ? 'none' : 'several'}.`,
  );
  const { ids } = stored;
  const [events, { position, wasParked }] = stored.attempt;
  if (!wasParked) assert.equal(foundPosition, position);
  const found = await first.selectNotifications();
  assert.deepEqual(
    found.slice(length),
    events.map((event, index) => ({ ...event, id: ids[index] })),
  );
  return foundPosition;
}

type DoneFields = 'log' | 'position' | 'foundPosition';

function assertDone(
  error: unknown,
  expected: Partial<Pick<PositionConflictError, DoneFields>>,
): asserts error is PositionConflictError {
  if (!(error instanceof PositionConflictError)) throw error;
  assert.equal(error.code, 'ES_POSITION_CONFLICT');
  const { log, position, foundPosition } = error;
  const found = { log, position, foundPosition };
  assert.deepEqual(found, { ...found, ...expected });
}
