import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Aggregate, uuid4, withSources } from 'eventsourcing';
import { AssertionFailure, given, givenApp, testClock, testIds } from 'eventsourcing/testing';
import { describe, expect, test } from 'vitest';
import { Dog as DecoratedDog, DogSchool, FunctionalDog, PlainDog, Registered, TrickAdded } from '../support/dog.ts';
import { rejectionOf } from '../support/errors.ts';

const fido = [Registered({ name: 'Fido' }), TrickAdded({ trick: 'sit' })];

function failureOf(action: () => unknown): AssertionFailure {
  try {
    action();
  } catch (error) {
    if (error instanceof AssertionFailure) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

async function failureFrom(promise: Promise<unknown>): Promise<AssertionFailure> {
  const error = await rejectionOf(promise);
  if (error instanceof AssertionFailure) return error;
  throw error;
}

describe('given, when, then', () => {
  test.each([
    ['decorated', DecoratedDog],
    ['explicit', PlainDog],
    ['functional', FunctionalDog],
  ] as const)(
    'hold an aggregate of the %s style to its events',
    (_, Dog: typeof DecoratedDog | typeof PlainDog | typeof FunctionalDog) => {
      given<Aggregate>(Dog)
        .when(() => new Dog('Fido'))
        .then([Registered({ name: 'Fido' })]);
      const outcome = given<InstanceType<typeof Dog>>(Dog, fido).when((dog) => dog.addTrick('roll over'));
      outcome.then([TrickAdded({ trick: 'roll over' })]);
      outcome.then([{ type: 'TrickAdded', payload: { trick: 'roll over' } }]);
      outcome.then([{ type: 'Dog.TrickAdded', payload: { trick: 'roll over' } }]);
      outcome.thenState((dog) => expect(dog.version).toBe(3));
      failureOf(() => outcome.then([]));
      failureOf(() => outcome.thenNothing());
      failureOf(() => outcome.thenThrows());
    },
  );

  test('say what happened and what was expected, for the runner and for the reader', () => {
    const outcome = given(FunctionalDog, fido).when((dog) => dog.addTrick('roll over'));
    const error = failureOf(() => outcome.then([TrickAdded({ trick: 'bark' })]));
    expect(error).toMatchObject({
      name: 'AssertionError',
      code: 'ES_EXPECTATION',
      showDiff: true,
      actual: [{ type: 'Dog.TrickAdded', payload: { trick: 'roll over' } }],
      expected: [{ type: 'Dog.TrickAdded', payload: { trick: 'bark' } }],
    });
    expect(error.message).toBe(
      'Other events happened than were expected.\n' +
        'Expected:\n  Dog.TrickAdded {"trick":"bark"}\n' +
        'Happened:\n  Dog.TrickAdded {"trick":"roll over"}',
    );
    expect(failureOf(() => outcome.thenNothing()).message).toMatch(/Expected:\n {2}nothing\n/);
  });

  test('expect nothing, or an error by its message, code or class', () => {
    given(FunctionalDog, fido)
      .when((dog) => dog.addTrick('sit'))
      .thenNothing();
    const outcome = given(FunctionalDog, fido).when((dog) => dog.addTrick(''));
    for (const expected of [undefined, /has a name/, 'has a name', RangeError]) outcome.thenThrows(expected);
    expect(failureOf(() => outcome.thenThrows(SyntaxError)).message).toBe(
      'The command was expected to throw SyntaxError, and threw RangeError: A trick has a name.',
    );
    expect(failureOf(() => outcome.thenThrows('ES_DISCARDED')).cause).toBeInstanceOf(RangeError);
    const unexpected = failureOf(() => outcome.then([TrickAdded({ trick: '' })]));
    expect(unexpected.message).toBe('The command threw RangeError: A trick has a name.');
    expect(unexpected.cause).toBeInstanceOf(RangeError);
    expect(
      failureOf(() =>
        given(FunctionalDog, fido)
          .when(() => undefined)
          .thenThrows(/x/),
      ).message,
    ).toBe('The command was expected to throw /x/, and did not.');
    given(DecoratedDog, fido)
      .when(() => DecoratedDog.replay([]))
      .thenThrows('ES_INVALID_ARGUMENT');
  });

  test('refuse an outcome that is awaited, and a command that makes nothing', async () => {
    const outcome = given(FunctionalDog, fido).when((dog) => dog.addTrick('bark'));
    expect((await rejectionOf(new Promise((resolve) => resolve(outcome)))).message).toMatch(/It is no promise/);
    expect(
      failureOf(() =>
        given(FunctionalDog)
          .when(() => undefined)
          .then([]),
      ).message,
    ).toMatch(/returned none/);
  });
});

describe('given, when, then for an application', () => {
  test('hold it to the events that it stores', async () => {
    const school = new DogSchool({ sectionSize: 2 });
    await school.registerDog('Rex');
    const outcome = givenApp(school, (app) => app.registerDog('Fido')).when(async (app, id) => {
      for (const trick of ['a', 'b', 'c']) await app.addTrick(id, trick);
      return id;
    });
    await outcome.then(['a', 'b', 'c'].map((trick) => TrickAdded({ trick })));
    await outcome.thenResult(async (id) => expect((await school.getDog(id)).tricks).toEqual(['a', 'b', 'c']));
    const error = await failureFrom(outcome.then([TrickAdded({ trick: 'a' })]));
    expect(error.message).toMatch(/Expected:\n {2}Dog\.TrickAdded \{"trick":"a"\}\nHappened:/);
    expect(error.actual).toHaveLength(3);
  });

  test('expect errors, and nothing', async () => {
    const outcome = givenApp(new DogSchool()).when((app) => app.addTrick('nobody', 'sit'));
    await outcome.thenThrows('ES_AGGREGATE_NOT_FOUND');
    expect((await failureFrom(outcome.then([]))).message).toMatch(/The command threw AggregateNotFoundError/);
    expect((await failureFrom(outcome.thenThrows(TypeError))).message).toMatch(/to throw TypeError, and threw/);
    await givenApp(new DogSchool())
      .when(() => undefined)
      .thenNothing();
    expect((await rejectionOf(new Promise((resolve) => resolve(outcome)))).message).toMatch(/It is no promise/);
  });
});

describe('times and ids', () => {
  test('come from the given sources until the action has ended', async () => {
    const clock = testClock('2026-11-21T09:30:00Z', { step: 1000 });
    const school = new DogSchool();
    const id = await withSources({ now: clock.now, id: testIds() }, async () => {
      const made = await school.registerDog('Fido');
      clock.set('2026-11-22T00:00:00Z');
      clock.advance(5);
      await school.addTrick(made, 'sit');
      return made;
    });
    expect(id).toBe('00000000-0000-4000-8000-000000000001');
    expect((await school.notificationLog.select()).map((n) => n.timestamp)).toEqual([
      '2026-11-21T09:30:00.000Z',
      '2026-11-22T00:00:00.005Z',
    ]);
    expect(uuid4()).not.toMatch(/^0{8}/);
    expect(new DecoratedDog('Rex').createdAt.getTime()).toBeGreaterThan(Date.UTC(2026, 0));
  });

  test('go back to those of the system after an error, and one action at a time has them', async () => {
    await expect(withSources({ id: () => 'x' }, () => Promise.reject(new RangeError('no')))).rejects.toThrow('no');
    expect(uuid4()).toHaveLength(36);
    const slow = withSources({ id: () => 'x' }, async () => await new Promise((resolve) => setTimeout(resolve)));
    const error = await rejectionOf(withSources({}, () => undefined));
    expect([error.code, error.message]).toEqual(['ES_INVALID_ARGUMENT', expect.stringMatching(/under way/)]);
    await slow;
    await withSources({ now: () => 'noon' }, async () => {
      expect(() => new DecoratedDog('Rex')).toThrow(/not noon/);
    });
    expect(() => testClock('noon')).toThrow(/noon, which is not a time/);
  });
});

test('the module of the testing helpers needs neither Node nor fast-check', async () => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../../../code/src/testing/index.ts', import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    external: ['fast-check'],
    logLevel: 'error',
  });
  const outside = Object.values(metafile.outputs).flatMap((output) => output.imports);
  expect(outside).toEqual([{ path: 'fast-check', kind: 'dynamic-import', external: true }]);
});
