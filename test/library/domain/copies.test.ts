import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import * as here from 'eventsourcing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OWN } from '../../../code/src/domain/library-mark.ts';
import { errorOf, rejectionOf } from '../support/errors.ts';

const fileOf = (path: string) => fileURLToPath(new URL(`../../../code/${path}`, import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'copies-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Another copy of the library, of another version. */
let there: typeof here;
beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [fileOf('src/index.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    minify: true,
  });
  const file = join(folder, 'eventsourcing.mjs');
  writeFileSync(file, (outputFiles[0]?.text ?? '').replace(`"${OWN.version}"`, '"0.9.7"'));
  // The boundary: it's the same source.
  there = await import(/* @vite-ignore */ pathToFileURL(file).href);
});

/** A dog, by a copy's own means. */
function dogOf(library: typeof here) {
  const { Aggregate, event, recorded } = library;
  return recorded(
    class Dog extends Aggregate {
      bark() {}
    },
    { new: event('Dog.Registered'), bark: event('Barked') },
  );
}

const says = {
  message: expect.stringMatching(
    /another copy of eventsourcing \(version 0\.9\.7; this one is version 0\.1\.0\).*npm ls eventsourcing/,
  ),
};
const saidThere = {
  message: expect.stringMatching(/another copy of eventsourcing \(version 0\.1\.0; this one is version 0\.9\.7\)/),
};

test('the version is that of the package', () => {
  expect(OWN.version).toBe(JSON.parse(readFileSync(fileOf('package.json'), 'utf8')).version);
});

test('errors keep their names where a minifier has changed those of classes', () => {
  const classes = Object.entries(there).filter(([name]) => name.endsWith('Error'));
  expect(classes.length).toBeGreaterThan(15);
  for (const [name, made] of classes) expect(typeof made === 'function' && made.prototype.name).toBe(name);
});

describe('what another copy of the library has made is called by its name', () => {
  test('a class that an application lists', () => {
    class School extends here.Application {
      static aggregates = [dogOf(there)];
    }
    const error = errorOf(() => new School());
    expect(error).toMatchObject({ code: 'ES_NOT_AN_AGGREGATE', ...says });
    expect(error.message).toContain('Item 0 of School.aggregates, class Dog,');
  });

  test('an aggregate that is saved, and a class that is looked for', async () => {
    const Dog = dogOf(there);
    const app = new here.Application();
    expect(await rejectionOf(app.save(new Dog()))).toMatchObject({ code: 'ES_NOT_AN_AGGREGATE', ...says });
    expect(await rejectionOf(app.repository.get(Dog, 'x'))).toMatchObject({ code: 'ES_NOT_AN_AGGREGATE', ...says });
    expect(await rejectionOf(app.repository.has(Dog, 'x'))).toMatchObject({ code: 'ES_NOT_AN_AGGREGATE', ...says });
  });

  test('a class that is given to recorded, or has a decorator', () => {
    class Dog extends there.Aggregate {}
    const created = { new: here.event('Dog.Registered') };
    expect(errorOf(() => here.recorded(Dog, created))).toMatchObject({ code: 'ES_NOT_AN_AGGREGATE', ...says });
    const decorate = () => {
      @here.event('Cat.Born')
      class Cat extends there.Aggregate {}
      return Cat;
    };
    expect(errorOf(decorate)).toMatchObject({ code: 'ES_NOT_AN_AGGREGATE', ...says });
  });

  test('an event', () => {
    class Dog extends here.Aggregate {}
    const error = errorOf(() => here.recorded(Dog, { new: there.event('Dog.Registered') }));
    expect(error).toMatchObject({ code: 'ES_EVENT_NAME', ...says });
  });

  test('an event above a method of a class of this copy', () => {
    const decorated = () => {
      @here.event('Dog.Registered')
      class Dog extends here.Aggregate {
        @there.event('Barked')
        bark() {}
      }
      return Dog;
    };
    expect(errorOf(decorated)).toMatchObject(says);

    class Cat extends here.Aggregate {
      static topic = 'Cat';
      @there.event('Purred')
      purr() {}
    }
    expect(errorOf(() => new Cat())).toMatchObject(says);

    const below = () => {
      @here.event('Bird.Hatched')
      class Bird extends here.Aggregate {}
      return class Parrot extends Bird {
        static topic = 'Parrot';
        @there.event('Talked')
        talk() {}
      };
    };
    // It's the other copy that sees it.
    expect(errorOf(below)).toMatchObject(saidThere);
  });

  test('a class that is replayed, or stands below one', () => {
    const Dog = dogOf(there);
    const replay = () => Reflect.apply(here.Aggregate.replay, Dog, [new Dog().pendingEvents]);
    expect(errorOf(replay)).toMatchObject(says);
  });
});

describe('errors of another copy', () => {
  test('are instances of the classes with the same names', () => {
    const error = errorOf(() => there.event('no name'));
    expect(error).toBeInstanceOf(here.EventSourcingError);
    expect(error).toBeInstanceOf(here.DefinitionError);
    expect(error).not.toBeInstanceOf(here.ArgumentError);
    class Ours extends here.DefinitionError {}
    expect(error).not.toBeInstanceOf(Ours);
    expect(new Ours('ES_HOOK', 'x')).toBeInstanceOf(Ours);
    expect(new here.DefinitionError('ES_HOOK', 'x')).not.toBeInstanceOf(Ours);
    for (const other of [new Error('x'), { name: 'DefinitionError' }, null, undefined, 'x', 1]) {
      expect(other instanceof here.DefinitionError).toBe(false);
    }
  });

  test('of a store mean what they say', async () => {
    const Dog = dogOf(here);
    class School extends here.Application {
      static aggregates = [Dog];
    }
    const store = there.memory();
    const school = new School({ store });
    const dog = new Dog();
    await school.save(dog);
    const copy = await new School({ store }).repository.get(Dog, dog.id);
    dog.bark();
    copy.bark();
    await school.save(dog);
    expect(await rejectionOf(school.save(copy))).toBeInstanceOf(here.VersionConflictError);
  });
});
