import {
  type StoredRow,
  selectRows,
  type ViewGeneration,
  type ViewRecorder,
  type ViewSelection,
  type ViewTable,
} from '../index.ts';
import * as assert from './assertion.ts';
import { rejection } from './rejection.ts';
import type { RecorderCase } from './subject.ts';

/** The recorders of projections to test. */
export interface ViewRecorderUnderTest {
  /**
   * Makes recorders of one new projection without tables: on connections of their own, if there are connections.
   *
   * @param count how many recorders.
   */
  create(count: number): Promise<readonly ViewRecorder[]>;
}

const TABLE: ViewTable = {
  name: 'rows',
  columns: [
    { name: 'text', type: 'text', nullable: true },
    { name: 'whole', type: 'integer', nullable: true },
    { name: 'real', type: 'real', nullable: true },
    { name: 'flag', type: 'boolean', nullable: true },
    { name: 'data', type: 'json', nullable: true },
  ],
};
const OTHER: ViewTable = { name: 'others', columns: [] };
const TABLES = [TABLE, OTHER];
const MANY = 1_500;
const RACERS = 6;
const ROUNDS = 10;

/** What the interface `ViewRecorder` promises, one case for each promise. */
export function viewCases({ create }: ViewRecorderUnderTest): readonly RecorderCase[] {
  const cases: RecorderCase[] = [];
  const add = (
    name: string,
    run: (recorder: ViewRecorder, live: ViewGeneration, other: ViewRecorder) => Promise<void>,
  ) =>
    cases.push({
      name,
      run: async () => {
        const [recorder, other] = await create(2);
        assert.ok(recorder && other, 'The function create was to make two recorders.');
        await recorder.create(TABLES);
        await run(recorder, await liveOf(recorder), other);
      },
    });

  cases.push({
    name: 'the first tables are made once, however many make them',
    async run() {
      const recorders = await create(RACERS);
      for (const recorder of recorders) assert.deepEqual(await recorder.generations(), []);
      await Promise.all(recorders.map((recorder) => recorder.create(TABLES)));
      for (const recorder of recorders) {
        assert.deepEqual(await recorder.generations(), [{ number: 1, isLive: true, tables: TABLES, beats: 0 }]);
      }
    },
  });

  add('rows come back as they were stored', async (recorder, live, other) => {
    const rows: StoredRow[] = [
      { id: "it's 犬 \\ % _ \n", values: ['it’s "犬" \\ %_ \n', 2 ** 53 - 1, 0.1, true, '{"b":[1,null],"a":"\\n"}'] },
      { id: 'a', values: ['', -(2 ** 53 - 1), -1e300, false, '[]'] },
      { id: 'A', values: [null, null, null, null, null] },
      { id: 'b', values: ['null', 0, 5, null, '"null"'] },
    ];
    await recorder.write(live, { revision: 0, changes: [{ table: 'rows', put: rows, remove: [] }] });
    for (const row of rows) assert.deepEqual(await other.get(live, 'rows', [row.id]), [row]);
    assert.deepEqual(sorted(await other.get(live, 'rows', [...rows.map(({ id }) => id), 'unknown'])), sorted(rows));
    assert.deepEqual(await recorder.get(live, 'rows', []), []);
    assert.deepEqual(await recorder.select(live, 'others', {}), []);
  });

  add('rows are put in the place of others, and removed, and the rest stays', async (recorder, live, other) => {
    const put = ['a', 'b', 'c'].map((id) => rowOf(id, 1));
    await recorder.write(live, { revision: 0, changes: [{ table: 'rows', put, remove: [] }] });
    await other.write(live, {
      revision: 1,
      changes: [
        { table: 'rows', put: [rowOf('b', 2), rowOf('d', 2)], remove: ['c', 'unknown'] },
        { table: 'others', put: [{ id: 'b', values: [] }], remove: [] },
      ],
    });
    assert.deepEqual(await recorder.select(live, 'rows', {}), [rowOf('a', 1), rowOf('b', 2), rowOf('d', 2)]);
    assert.deepEqual(await recorder.select(live, 'others', {}), [{ id: 'b', values: [] }]);
    await recorder.write(live, {
      revision: 2,
      changes: [{ table: 'others', put: [{ id: 'b', values: [] }], remove: [] }],
    });
    assert.equal(await other.count(live, 'others', []), 1);
    assert.equal((await other.standing(live, 'Log')).revision, 3);
  });

  add('a position is stored with the rows, and one that is another is a conflict', async (recorder, live, other) => {
    const changes = [{ table: 'rows', put: [rowOf('a', 1)], remove: [] }];
    const at = { log: 'Log', after: 0, position: 5 };
    assert.deepEqual(await recorder.standing(live, 'Log'), { revision: 0, position: 0 });
    await recorder.write(live, { revision: 0, changes, tracking: at });
    assert.deepEqual(await other.standing(live, 'Log'), { revision: 1, position: 5 });
    assert.deepEqual(await other.standing(live, 'log'), { revision: 1, position: 0 });
    const again = [{ table: 'rows', put: [rowOf('a', 2)], remove: [] }];
    for (const [tracking, revision] of [
      [at, 1],
      [at, 0],
      [{ log: 'Log', after: 4, position: 6 }, 1],
      [{ log: 'Log', after: 6, position: 7 }, 1],
      [{ log: 'Other', after: 1, position: 2 }, 1],
    ] as const) {
      const error = await rejection(other.write(live, { revision, changes: again, tracking }));
      assert.equal(error.code, 'ES_POSITION_CONFLICT');
    }
    const unnamed = await rejection(other.write(live, { revision: 1, changes: again, tracking: { ...at, log: '' } }));
    assert.equal(unnamed.code, 'ES_INVALID_ARGUMENT');
    assert.deepEqual(await other.select(live, 'rows', {}), [rowOf('a', 1)]);
    await other.write(live, { revision: 1, changes: [], tracking: { log: 'Other', after: 0, position: 1 } });
    await other.write(live, { revision: 2, changes: [], tracking: { log: 'Log', after: 5, position: 6 } });
    assert.deepEqual(
      await recorder.positions(live),
      new Map([
        ['Log', 6],
        ['Other', 1],
      ]),
    );
  });

  add('what is based on another revision is a conflict, and nothing of it is stored', async (recorder, live, other) => {
    await recorder.write(live, { revision: 0, changes: [{ table: 'rows', put: [rowOf('a', 1)], remove: [] }] });
    const tracking = { log: 'Log', after: 0, position: 1 };
    for (const revision of [0, 2]) {
      const changes = [{ table: 'rows', put: [rowOf('b', 1)], remove: ['a'] }];
      assert.equal((await rejection(other.write(live, { revision, changes }))).code, 'ES_VIEW_CONFLICT');
      assert.equal((await rejection(other.write(live, { revision, changes, tracking }))).code, 'ES_VIEW_CONFLICT');
    }
    assert.deepEqual(await recorder.select(live, 'rows', {}), [rowOf('a', 1)]);
    assert.deepEqual(await recorder.standing(live, 'Log'), { revision: 1, position: 0 });
  });

  add('notifications are put aside and taken up, each once', async (recorder, live, other) => {
    const log = 'Log';
    await recorder.write(live, {
      revision: 0,
      changes: [],
      tracking: { log, after: 0, position: 3, parked: 'It broke.' },
    });
    await recorder.write(live, {
      revision: 1,
      changes: [],
      tracking: { log, after: 3, position: 2 ** 40, parked: '' },
    });
    const both = [
      { position: 3, reason: 'It broke.' },
      { position: 2 ** 40, reason: '' },
    ];
    assert.deepEqual(await other.parked(live, log), both);
    assert.deepEqual(await other.parked(live, 'Other'), []);
    const taken = { log, after: 0, position: 3, wasParked: true };
    const changes = [{ table: 'rows', put: [rowOf('a', 1)], remove: [] }];
    assert.equal(
      (await rejection(other.write(live, { revision: 1, changes, tracking: taken }))).code,
      'ES_VIEW_CONFLICT',
    );
    await other.write(live, { revision: 2, changes, tracking: taken });
    const again = await rejection(recorder.write(live, { revision: 3, changes: [], tracking: taken }));
    assert.equal(again.code, 'ES_POSITION_CONFLICT');
    assert.deepEqual(await recorder.parked(live, log), both.slice(1));
    assert.deepEqual(await recorder.standing(live, log), { revision: 3, position: 2 ** 40 });
    assert.equal(await recorder.count(live, 'rows', []), 1);
  });

  add('rows are selected, ordered and counted as in memory', async (recorder, live) => {
    const texts = ['a', 'B', 'aa', 'ä', '犬', '😀', '\uffee', '', null];
    const rows = Array.from({ length: 60 }, (_, n) => ({
      id: `row ${(n * 37) % 60}`,
      values: [
        texts[n % 9] ?? null,
        (n * 7) % 5,
        n % 4 === 0 ? null : (n % 6) / 4 - 1,
        [true, false, null][n % 3] ?? null,
        null,
      ],
    }));
    await recorder.write(live, { revision: 0, changes: [{ table: 'rows', put: rows, remove: [] }] });
    const columns = ['text', 'whole', 'real', 'flag', 'id'];
    const selections: ViewSelection[] = [{}, { limit: 0 }, { offset: 55 }, { limit: 7, offset: 3 }];
    for (const column of columns) {
      for (const desc of [true, false]) selections.push({ orderBy: [{ column, desc }], limit: 50, offset: 1 });
    }
    for (const value of texts) selections.push({ where: [{ column: 'text', value }] });
    for (const value of [0, 4, 9])
      selections.push({
        where: [
          { column: 'whole', value },
          { column: 'flag', value: true },
        ],
      });
    selections.push({ where: [{ column: 'real', value: -0.75 }], orderBy: [{ column: 'text', desc: true }] });
    selections.push({
      where: [{ column: 'flag', value: null }],
      orderBy: [
        { column: 'whole', desc: false },
        { column: 'text', desc: true },
      ],
    });
    for (const selection of selections) {
      const expected = selectRows(TABLE, rows, selection);
      assert.deepEqual(await recorder.select(live, 'rows', selection), expected, `${assert.shown(selection)}.`);
      const matching = selectRows(TABLE, rows, { where: selection.where ?? [] });
      assert.equal(await recorder.count(live, 'rows', selection.where), matching.length);
    }
  });

  add('many rows are written, read and removed at once', async (recorder, live, other) => {
    const put = Array.from({ length: MANY }, (_, n) => rowOf(`row ${n}`, n));
    await recorder.write(live, { revision: 0, changes: [{ table: 'rows', put, remove: [] }] });
    const ids = put.map(({ id }) => id);
    assert.equal((await other.get(live, 'rows', ids)).length, MANY);
    await other.write(live, { revision: 1, changes: [{ table: 'rows', put: [], remove: ids.slice(1) }] });
    assert.deepEqual(await recorder.select(live, 'rows', {}), put.slice(0, 1));
  });

  cases.push({
    name: 'of those who write at once, one writes, and the others are told',
    async run() {
      const recorders = await create(RACERS);
      const [first] = recorders;
      assert.ok(first, 'The function create was to make recorders.');
      await first.create(TABLES);
      const live = await liveOf(first);
      // Some of them follow one log, and the others another.
      const positions = [0, 0];
      for (let round = 0; round < ROUNDS; round++) {
        const outcomes = await Promise.allSettled(
          recorders.map((recorder, n) =>
            recorder.write(live, {
              revision: round,
              changes: [{ table: 'rows', put: [rowOf(`${round} ${n}`, n), rowOf('last', n)], remove: [] }],
              tracking: { log: `Log ${n % 2}`, after: positions[n % 2] ?? 0, position: round + 1 },
            }),
          ),
        );
        const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
        assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
        positions[winner % 2] = round + 1;
        assert.deepEqual(await first.get(live, 'rows', ['last']), [rowOf('last', winner)]);
        assert.equal(await first.count(live, 'rows', []), round + 2);
      }
    },
  });

  add('tables are built beside the live ones, and take their place', async (recorder, live, other) => {
    await recorder.write(live, {
      revision: 0,
      changes: [{ table: 'rows', put: [rowOf('old', 1)], remove: [] }],
      tracking: { log: 'Log', after: 0, position: 5 },
    });
    const next = await recorder.build([OTHER], 'builder');
    assert.deepEqual(next, { number: 2, isLive: false, tables: [OTHER], beats: 0 });
    assert.ok(next);
    assert.deepEqual(await other.generations(), [live, next]);
    assert.deepEqual(await other.standing(next, 'Log'), { revision: 0, position: 0 });
    assert.equal(await recorder.makeLive(next), false);
    const put = [{ id: 'new', values: [] }];
    await recorder.write(next, {
      revision: 0,
      changes: [{ table: 'others', put, remove: [] }],
      tracking: { log: 'Log', after: 0, position: 4 },
    });
    assert.equal(await recorder.makeLive(next), false);
    assert.deepEqual(await other.select(live, 'rows', {}), [rowOf('old', 1)]);
    await recorder.write(next, {
      revision: 1,
      changes: [],
      tracking: { log: 'Log', after: 4, position: 5, parked: 'It broke.' },
    });
    assert.equal(await recorder.makeLive(next), true);
    assert.equal(await recorder.makeLive(next), true);
    assert.deepEqual(await other.generations(), [{ ...next, isLive: true }]);
    assert.deepEqual(await other.select(next, 'others', {}), put);
    assert.deepEqual(await other.parked(next, 'Log'), [{ position: 5, reason: 'It broke.' }]);
    await recorder.discard(next);
    assert.equal((await other.generations()).length, 1);
    for (const each of [recorder, other]) await assertGone(each, live);
  });

  add('one builds at a time, and who gave no sign of life can be replaced', async (recorder, _, other) => {
    const first = await recorder.build(TABLES, 'first');
    assert.ok(first);
    assert.equal(await other.build(TABLES, 'second'), undefined);
    await recorder.beat(first);
    assert.equal(await other.build(TABLES, 'second', first), undefined);
    const found = (await other.generations()).find(({ isLive }) => !isLive);
    assert.deepEqual(found, { ...first, beats: 1 });
    const second = await other.build(TABLES, 'second', found);
    assert.equal(second?.number, first.number + 1);
    assert.ok(second);
    await assertGone(recorder, first);
    await recorder.discard(first);
    await other.discard(second);
    await other.discard(second);
    await assertGone(other, second);
    // No number is given twice, so that nobody takes other tables for theirs.
    assert.equal((await recorder.build(TABLES, 'third'))?.number, second.number + 1);
  });

  cases.push({
    name: 'of those who begin to build at once, one does',
    async run() {
      const recorders = await create(RACERS);
      await recorders[0]?.create(TABLES);
      const begun = await Promise.all(recorders.map((recorder, n) => recorder.build(TABLES, `builder ${n}`)));
      assert.equal(begun.filter((each) => each !== undefined).length, 1);
    },
  });
  return cases;
}

async function liveOf(recorder: ViewRecorder): Promise<ViewGeneration> {
  const live = (await recorder.generations()).find(({ isLive }) => isLive);
  assert.ok(live, 'There are no live tables.');
  return live;
}

async function assertGone(recorder: ViewRecorder, generation: ViewGeneration): Promise<void> {
  for (const attempt of [
    () => recorder.standing(generation, 'Log'),
    () => recorder.get(generation, 'rows', ['a']),
    () => recorder.select(generation, 'rows', {}),
    () => recorder.count(generation, 'rows', []),
    () => recorder.write(generation, { revision: 1, changes: [] }),
    () => recorder.write(generation, { revision: 1, changes: [], tracking: { log: 'Log', after: 5, position: 6 } }),
    () => recorder.beat(generation),
    () => recorder.makeLive(generation),
  ]) {
    assert.equal((await rejection(attempt())).code, 'ES_GENERATION');
  }
}

function rowOf(id: string, whole: number): StoredRow {
  return { id, values: ['text', whole, whole / 2, true, '{"a":1}'] };
}

function sorted(rows: readonly StoredRow[]): StoredRow[] {
  return [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
}
