import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { compilers } from '../support/compilers.ts';

const library = pathToFileURL(fileURLToPath(new URL('../../../code/src/index.ts', import.meta.url))).href;

/** The parts of the API that depend on what a compiler makes of classes and decorators. */
const source = `
import { Aggregate, event } from '${library}';

const Named = event.of<{ name: string }>()('Named', 'name');

@event('Animal.Born', 'name')
export class Animal extends Aggregate {
  static count = 0;
  readonly idSeen = this.id;
  tricks: string[] = [];
  constructor(public name: string) { super(); Animal.count += 1; }

  static make(name: string) { return new this(name); }

  @event('TrickAdded', 'trick')
  addTrick(trick: string) {
    this.tricks.push(trick);
    if (trick.startsWith('fail')) throw new Error('failed');
  }
  rename(name: string) { this.setName(name); }
  @Named
  private setName(name: string) { this.name = name; }
}

@event('Dog.Born', 'name', 'owner')
export class Dog extends Animal {
  #secret = 1;
  constructor(name: string, readonly owner: string) { super(name); }
  @event('TrickAdded', 'trick')
  override addTrick(trick: string) { super.addTrick(trick + '!'); this.#secret += 1; }
  get secret() { return this.#secret; }
}

export class Puppy extends Animal {
  static topic = 'Puppy';
  naps = 0;
  @event('Napped')
  nap() { this.naps += 1; }
}

@event('Kitten.Born', 'name')
export class Kitten extends Animal {
  lives = 9;
  @event('LifeLost')
  loseLife() { this.lives -= 1; }
}

function state(aggregate: Animal) {
  return JSON.stringify({ ...aggregate, id: 0, idSeen: 0 });
}
function codeOf(action: () => unknown) {
  try { action(); return 'nothing'; } catch (error) { return (error as { code?: string; message: string }).code ?? (error as Error).message; }
}

export function run() {
  const found: Record<string, unknown> = {};
  const animal = new Animal('Ani');
  animal.addTrick('sit');
  animal.rename('Any');
  found.failed = codeOf(() => animal.addTrick('fail'));
  found.state = state(animal);
  found.idSeen = animal.idSeen === animal.id;
  found.is = [animal instanceof Animal, animal instanceof Aggregate, animal.constructor === Animal, Animal.count > 0];
  const events = animal.collectEvents();
  found.events = events.map((e) => e.type + JSON.stringify(e.payload));
  found.named = events.filter((e) => Named.matches(e)).length;
  found.replayed = Animal.replay(events).equals(animal);
  found.made = Animal.make('Fab').collectEvents().length;

  const dog = new Dog('Fido', 'Ann');
  dog.addTrick('roll');
  found.dog = [state(dog), dog.secret, dog instanceof Animal, dog.constructor === Dog];
  const copy = Dog.replay(dog.pendingEvents);
  found.dogReplayed = [copy.equals(dog), copy.secret, copy.pendingEvents.length];
  found.dogFailed = [codeOf(() => dog.addTrick('fail')), codeOf(() => dog.addTrick('sit'))];
  found.dogEvents = dog.collectEvents().map((e) => e.type + JSON.stringify(e.payload));

  for (const made of [new Puppy('Bit'), new Kitten('Tom')]) {
    if (made instanceof Puppy) made.nap();
    if (made instanceof Kitten) made.loseLife();
    found[made.name] = [state(made), made.pendingEvents.map((e) => e.type)];
  }
  return found;
}
`;

const expected = {
  failed: 'failed',
  idSeen: true,
  is: [true, true, true, true],
  events: ['Animal.Born{"name":"Ani"}', 'Animal.TrickAdded{"trick":"sit"}', 'Animal.Named{"name":"Any"}'],
  named: 1,
  replayed: true,
  made: 1,
  dogReplayed: [true, 2, 0],
  dogFailed: ['failed', 'nothing'],
  dogEvents: [
    'Dog.Born{"name":"Fido","owner":"Ann"}',
    'Dog.TrickAdded{"trick":"roll"}',
    'Dog.TrickAdded{"trick":"sit"}',
  ],
};

const folder = mkdtempSync(join(tmpdir(), 'toolchains-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each(Object.keys(compilers))('compiled by %s', (name) => {
  test('aggregates do the same', async () => {
    const code = await compilers[name]?.(source);
    const file = join(folder, `${name.replaceAll(/\W+/g, '-')}.mjs`);
    writeFileSync(file, code ?? '');
    const module: unknown = await import(/* @vite-ignore */ pathToFileURL(file).href);
    const found: unknown = Reflect.apply(Reflect.get(Object(module), 'run'), undefined, []);
    expect(found).toMatchObject(expected);
    expect(found).toMatchObject({
      dog: [expect.stringContaining('"owner":"Ann"'), 2, true, true],
      Bit: [expect.stringContaining('"naps":1'), ['Puppy.Born', 'Puppy.Napped']],
      Tom: [expect.stringContaining('"lives":8'), ['Kitten.Born', 'Kitten.LifeLost']],
    });
  });
});
