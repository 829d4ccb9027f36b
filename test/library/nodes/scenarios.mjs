/**
 * What the built package can do, without a test runner, since the runner needs a newer Node than the library does. Run it with
 * the Node to try: `node test/library/nodes/scenarios.mjs`. It ends with 1 if a scenario fails.
 */
import assert from 'node:assert/strict';
import { isBuiltin } from 'node:module';
import { Aggregate, Application, decider, event, memory, recorded } from 'eventsourcing';
import { zlib } from 'eventsourcing/compression';
import { aesGcm, createKey, subjectKeys } from 'eventsourcing/crypto';
import { pglite } from 'eventsourcing/pglite';
import { postgres } from 'eventsourcing/postgres';
import { sqliteWasm } from 'eventsourcing/sqlite-wasm';
import { given, recorderCases } from 'eventsourcing/testing';

const HAS_SQLITE = isBuiltin('node:sqlite');

const Dog = recorded(
  class Dog extends Aggregate {
    /** @type {string[]} */
    tricks = [];
    /** @param {string} name */
    constructor(name) {
      super();
      this.name = name;
    }
    /** @param {string} trick */
    addTrick(trick) {
      this.tricks.push(trick);
    }
  },
  { new: event('Dog.Registered', 'name'), addTrick: event('TrickAdded', 'trick') },
);

class DogSchool extends Application {
  static aggregates = [Dog];
}

/** Saves a dog, changes it, and reads it back at both versions. @param {DogSchool} school */
async function useSchool(school) {
  const dog = new Dog('Fido');
  await school.save(dog);
  const again = await school.repository.get(Dog, dog.id);
  again.addTrick('sit');
  await school.save(again);
  assert.deepEqual((await school.repository.get(Dog, dog.id)).tricks, ['sit']);
  assert.deepEqual((await school.repository.get(Dog, dog.id, { version: 1 })).tricks, []);
  assert.deepEqual(
    (await school.notificationLog.select()).map(({ id, type }) => [id, type]),
    [
      [1, 'Dog.Registered'],
      [2, 'Dog.TrickAdded'],
    ],
  );
  dog.addTrick('too late');
  await assert.rejects(school.save(dog), { code: 'ES_VERSION_CONFLICT' });
  return dog.id;
}

/** @type {Readonly<Record<string, () => unknown>>} */
const scenarios = {
  'an aggregate records, and replay gives it back': () => {
    const dog = new Dog('Fido');
    dog.addTrick('sit');
    const events = dog.collectEvents();
    assert.deepEqual(
      events.map(({ type, version }) => [type, version]),
      [
        ['Dog.Registered', 1],
        ['Dog.TrickAdded', 2],
      ],
    );
    assert.ok(Dog.replay(events).equals(dog));
    given(Dog, events)
      .when((again) => again.addTrick('roll over'))
      .then([{ type: 'TrickAdded', payload: { trick: 'roll over' } }]);
  },
  'a decider decides': () => {
    const Opened = event.of()('Counter.Opened');
    const Counter = decider()({
      events: [Opened],
      evolve: { Opened: () => ({ n: 0 }) },
      create: () => Opened({}),
      decide: {},
    });
    assert.equal(new Counter().pendingEvents.length, 1);
  },
  'an application keeps its events in memory': () => useSchool(new DogSchool({ store: memory() })),
  'with snapshots and a cache': () =>
    useSchool(new DogSchool({ store: memory(), snapshots: { every: 1 }, cache: { maxSize: 10 } })),
  'compressed and encrypted': () =>
    useSchool(new DogSchool({ store: memory(), compressor: zlib(), cipher: aesGcm({ keys: { k1: createKey() } }) })),
  'with a key for each subject, who can be forgotten': async () => {
    const school = new DogSchool({ store: memory(), cipher: subjectKeys(aesGcm({ keys: { k1: createKey() } })) });
    const id = await useSchool(school);
    assert.equal(await school.forget(id), true);
    await assert.rejects(school.repository.get(Dog, id), { code: 'ES_FORGOTTEN' });
  },
  'the cases for recorders hold': async () => {
    const create = async (/** @type {number} */ count) => {
      const recorder = memory().recorder('Tested');
      return Array.from({ length: count }, () => recorder);
    };
    for (const { run } of recorderCases({ create, batchSize: 100, runs: 10, keepsPositions: true })) await run();
  },
  'the stores that need another package load': async () => {
    await postgres('postgres://localhost/dogs').close();
    for (const store of [pglite, sqliteWasm]) assert.equal(typeof store, 'function');
  },
  [HAS_SQLITE ? 'SQLite keeps events' : 'SQLite is not there, and says so']: async () => {
    if (!HAS_SQLITE)
      return await assert.rejects(import('eventsourcing/sqlite'), { code: 'ERR_UNKNOWN_BUILTIN_MODULE' });
    const { sqlite } = await import('eventsourcing/sqlite');
    const store = sqlite(':memory:');
    await useSchool(new DogSchool({ store }));
    await store.close();
  },
};

for (const [name, run] of Object.entries(scenarios)) {
  try {
    await run();
  } catch (error) {
    console.error(`Node ${process.versions.node}: failed: ${name}\n`, error);
    process.exitCode = 1;
  }
}
if (process.exitCode === undefined) {
  console.log(`Node ${process.versions.node}: ${Object.keys(scenarios).length} scenarios of the built package passed`);
}
