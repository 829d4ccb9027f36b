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
    assert.deepEqual(await recorder.insert([stored('a', 1)], { log: 'Dogs', position: 1 }), [1]);
    assert.equal(await other.position('Dogs'), 1);
    const ids = await other.insert([stored('b', 1), stored('a', 2)], { log: 'Dogs', position: 2 });
    assert.deepEqual(ids, [2, 3]);
    assert.equal(await recorder.position('Dogs'), 2);
    assert.deepEqual(await recorder.select('a'), [stored('a', 1), stored('a', 2)]);
    assert.deepEqual(await recorder.parked('Dogs'), []);
  });

  add('a position is stored where nothing followed', async (recorder, other) => {
    for (const position of [1, 2, 700, Number.MAX_SAFE_INTEGER]) {
      assert.deepEqual(await recorder.insert([], { log: 'Dogs', position }), []);
      assert.equal(await other.position('Dogs'), position);
    }
    assert.deepEqual(await recorder.selectNotifications(), []);
    assert.deepEqual(await recorder.insert([stored('a', 1)]), [1]);
    assert.equal(await recorder.position('Dogs'), Number.MAX_SAFE_INTEGER);
  });

  add('a position that is not past the stored one is a conflict, and stores nothing', async (recorder, other) => {
    await recorder.insert([stored('a', 1)], { log: 'Dogs', position: 5 });
    for (const position of [5, 4, 1]) {
      for (const events of [[], [stored('b', 1)], [stored('a', 2), stored('c', 1)]]) {
        for (const parked of [undefined, 'a reason']) {
          const error = await rejection(other.insert(events, { log: 'Dogs', position, parked }));
          assertDone(error, { log: 'Dogs', position, foundPosition: 5 });
        }
      }
    }
    assert.equal(await recorder.position('Dogs'), 5);
    assert.deepEqual(await recorder.parked('Dogs'), []);
    assert.equal((await recorder.selectNotifications()).length, 1);
    assert.deepEqual(await recorder.insert([stored('a', 2)], { log: 'Dogs', position: 6 }), [2]);
  });

  add('a version conflict leaves the position as it was', async (recorder, other) => {
    await recorder.insert([stored('a', 1)]);
    for (const before of [0, 7]) {
      if (before > 0) await recorder.insert([], { log: 'Dogs', position: before });
      for (const events of [
        [stored('a', 1)],
        [stored('b', 1), stored('a', 3)],
        [stored('a', 2), stored('b', 1), stored('a', 2)],
      ]) {
        for (const parked of [undefined, 'a reason']) {
          const error = await rejection(other.insert(events, { log: 'Dogs', position: before + 1, parked }));
          assertConflict(error, { aggregateId: 'a', foundVersion: 1 });
        }
        assert.equal(await recorder.position('Dogs'), before);
        assert.deepEqual(await recorder.parked('Dogs'), []);
      }
    }
    assert.equal((await recorder.selectNotifications()).length, 1);
    assert.deepEqual(await other.insert([stored('a', 2)], { log: 'Dogs', position: 8 }), [2]);
  });

  add('the position is looked at before the versions', async (recorder) => {
    await recorder.insert([stored('a', 1)], { log: 'Dogs', position: 3 });
    for (const events of [
      [stored('a', 1)],
      [stored('a', 9)],
      [stored('b', 1), stored('a', 1)],
      [stored('b', 1), stored('b', 1)],
    ]) {
      for (const [position, wasParked] of [
        [3, false],
        [2, true],
      ] as const) {
        const error = await rejection(recorder.insert(events, { log: 'Dogs', position, wasParked }));
        assertDone(error, { log: 'Dogs', position, foundPosition: 3 });
      }
    }
    assert.equal((await recorder.selectNotifications()).length, 1);
  });

  add('each log that is followed has a position of its own', async (recorder, other) => {
    const logs = ['Dogs', 'dogs', 'Dogs ', 'Dogs/0', 'Dogs/1', "it's 犬 \\ % _ \n", 'x'.repeat(500)];
    for (const [index, log] of logs.entries()) {
      await recorder.insert([stored(log, 1)], { log, position: index + 1 });
      await other.insert([], { log, position: index + 11, parked: `of ${log}` });
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
    await recorder.insert([stored('a', 1)], { log: 'Dogs', position: 1 });
    for (const { position, reason } of parked) await recorder.insert([], { log: 'Dogs', position, parked: reason });
    assert.equal(await other.position('Dogs'), 10);
    assert.deepEqual(await other.parked('Dogs'), parked);
    await recorder.insert([stored('a', 2)], { log: 'Dogs', position: 11 });
    assert.deepEqual(await other.parked('Dogs'), parked);
  });

  add('what was put aside is taken up with what followed, and the position stays', async (recorder, other) => {
    for (const position of [2, 3, 4]) await recorder.insert([], { log: 'Dogs', position, parked: `${position}` });
    await recorder.insert([], { log: 'Dogs', position: 8 });
    const tracking = { log: 'Dogs', position: 3, wasParked: true };
    assert.deepEqual(await other.insert([stored('a', 1), stored('a', 2)], tracking), [1, 2]);
    assert.equal(await recorder.position('Dogs'), 8);
    assert.deepEqual(await recorder.parked('Dogs'), [parkedAt(2), parkedAt(4)]);
    assert.deepEqual(await other.insert([], { ...tracking, position: 2 }), []);
    assert.deepEqual(await recorder.parked('Dogs'), [parkedAt(4)]);
    assert.equal(await recorder.position('Dogs'), 8);
    await other.insert([], { ...tracking, position: 4 });
    assert.deepEqual(await recorder.parked('Dogs'), []);
    assert.deepEqual(await recorder.insert([], { log: 'Dogs', position: 9 }), []);
  });

  add('what is not put aside, or not any more, can not be taken up', async (recorder, other) => {
    await recorder.insert([], { log: 'Dogs', position: 2, parked: '2' });
    await recorder.insert([], { log: 'Cats', position: 3, parked: '3' });
    await recorder.insert([stored('a', 1)], { log: 'Dogs', position: 2, wasParked: true });
    for (const position of [1, 2, 3]) {
      for (const events of [[], [stored('a', 2)], [stored('a', 2), stored('b', 1)]]) {
        const error = await rejection(other.insert(events, { log: 'Dogs', position, wasParked: true }));
        assertDone(error, { log: 'Dogs', position, foundPosition: 2 });
      }
    }
    const unknown = await rejection(other.insert([], { log: 'Birds', position: 1, wasParked: true }));
    assertDone(unknown, { log: 'Birds', position: 1, foundPosition: 0 });
    const again = await rejection(other.insert([], { log: 'Dogs', position: 2, parked: 'again' }));
    assertDone(again, { log: 'Dogs', position: 2, foundPosition: 2 });
    assert.deepEqual(await recorder.parked('Dogs'), []);
    assert.deepEqual(await recorder.parked('Cats'), [parkedAt(3)]);
    assert.equal((await recorder.selectNotifications()).length, 1);
  });

  add('a version conflict leaves what was put aside as it was', async (recorder, other) => {
    await recorder.insert([stored('a', 1)], { log: 'Dogs', position: 1, parked: '1' });
    const tracking = { log: 'Dogs', position: 1, wasParked: true };
    for (const events of [[stored('a', 1)], [stored('b', 1), stored('a', 3)], [stored('a', 2), stored('a', 2)]]) {
      assertConflict(await rejection(other.insert(events, tracking)), { aggregateId: 'a', foundVersion: 1 });
      assert.deepEqual(await recorder.parked('Dogs'), [parkedAt(1)]);
    }
    assert.deepEqual(await other.insert([stored('a', 2)], tracking), [2]);
    assert.deepEqual(await recorder.parked('Dogs'), []);
  });

  add('positions, and names of logs, that not every database can hold are refused', async (recorder) => {
    const good: Tracking = { log: 'Dogs', position: 1 };
    for (const wrong of [
      { ...good, position: 0 },
      { ...good, position: -1 },
      { ...good, position: 1.5 },
      { ...good, position: 2 ** 53 },
      { ...good, position: Number.NaN },
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
      await assertOneSucceeds(followers, position, (index) => {
        const events = [
          [stored(`${position}`, 1), stored(`${position}, too`, 1)],
          [stored(`${position} of ${index}`, 1)],
          [],
        ];
        return [events[index % events.length] ?? [], { log: 'Dogs', position }];
      });
      assert.equal(await followers[0]?.position('Dogs'), position);
    }
  });

  addRace('many that follow one log do everything once, in order', 6, async (followers) => {
    const last = 20;
    await Promise.all(
      followers.map(async (recorder) => {
        for (let position = 1; position <= last; ) {
          const [outcome] = await Promise.allSettled([
            recorder.insert([stored('a', position)], { log: 'Dogs', position }),
          ]);
          if (outcome.status === 'fulfilled') {
            position += 1;
          } else {
            assertDone(outcome.reason, { position });
            position = outcome.reason.foundPosition + 1;
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
      await followers[0]?.insert([], { log: 'Dogs', position, parked: `${position}` });
      await assertOneSucceeds(followers, position, (index) => {
        const events = index % 2 === 0 ? [stored(`${position} of ${index}`, 1)] : [];
        return [events, { log: 'Dogs', position, wasParked: true }];
      });
      assert.deepEqual(await followers[0]?.parked('Dogs'), []);
    }
  });

  addRace('followers of several logs, those who take up, and those who save do not stop each other', 7, async (all) => {
    const [shared, saver, ...followers] = all;
    const rounds = 15;
    const save = async () => {
      for (let version = 1; version <= rounds; version++) await saver?.insert([stored('saved', version)]);
    };
    const takeUp = async () => {
      for (let position = 1; position <= rounds; ) {
        const [outcome] = await Promise.allSettled([
          shared?.insert([stored('taken up', position)], { log: '0', position, wasParked: true }),
        ]);
        if (outcome.status === 'fulfilled') position += 1;
        else assertDone(outcome.reason, { log: '0', position });
        await new Promise((resolve) => setTimeout(resolve));
      }
    };
    await Promise.all([
      save(),
      takeUp(),
      ...followers.map(async (recorder, index) => {
        // Two of them follow the same, and meet all the time.
        const log = `${index >> 1}`;
        for (let position = 1; position <= rounds; position++) {
          const tracking = { log, position, ...(log === '0' ? { parked: 'a reason' } : {}) };
          const [outcome] = await Promise.allSettled([recorder.insert([stored(log, position)], tracking)]);
          if (outcome.status === 'rejected') assertDone(outcome.reason, { log, position });
        }
      }),
    ]);
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
        for (let n = 1; n <= last; n++) await writer?.insert([stored('a', n)], { log: 'Dogs', position: n });
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

/** Lets all of them try at once what only one can do: the others find the position, and have stored nothing. */
async function assertOneSucceeds(
  followers: readonly Follower[],
  foundPosition: number,
  attempt: (index: number) => readonly [readonly StoredEvent[], Tracking],
): Promise<void> {
  const before = (await followers[0]?.selectNotifications())?.length;
  const outcomes = await Promise.allSettled(
    followers.map((recorder, index) => {
      const [events, tracking] = attempt(index);
      return recorder.insert(events, tracking);
    }),
  );
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') assertDone(outcome.reason, { foundPosition });
  }
  const [ids, ...more] = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  assert.ok(
    ids !== undefined && more.length === 0,
    `One of them was to store position ${foundPosition}, not ${ids === undefined ? 'none' : 'several'}.`,
  );
  const found = await followers[0]?.selectNotifications();
  assert.deepEqual(
    found?.slice(before).map(({ id }) => id),
    ids,
  );
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
