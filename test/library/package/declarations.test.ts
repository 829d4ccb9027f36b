import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, expect, test } from 'vitest';

const LIBRARY = fileURLToPath(new URL('../../../code/src/index.ts', import.meta.url));

/** A module of a package that other packages use by its declarations. */
const DOG = `
import { Aggregate, event, recorded } from 'eventsourcing';

export const Dog = recorded(
  class Dog extends Aggregate {
    static topic = 'Dog';
    static make(name: string) { return new this(name); }
    readonly name: string;
    readonly tricks: string[] = [];
    nickname?: string;
    constructor(name: string) { super(); this.name = name; }
    get first() { return this.tricks[0]; }
    addTrick(trick: string) { this.tricks.push(trick); return this.tricks.length; }
    rest(hours = 1) { return hours; }
    discard() { this.markDiscarded(); }
  },
  { new: event('Dog.Registered', 'name'), addTrick: event('TrickAdded', 'trick'), discard: event('Discarded') },
);
export type Dog = InstanceType<typeof Dog>;
`;

/** The way round for a class with private members: it's exported by a name of its own. */
const CAT = `
import { Aggregate, event, recorded } from 'eventsourcing';

export class PlainCat extends Aggregate {
  #mice = 0;
  private naps = 0;
  protected lives = 9;
  nap() { this.naps += 1; this.#mice += 1; this.grow(); }
  private grow() { this.lives -= this.naps + this.#mice; }
}
export const Cat = recorded(PlainCat, { new: event('Cat.Born'), nap: event('Napped') });
export type Cat = InstanceType<typeof Cat>;
`;

const PRIVATE = `
import { Aggregate, event, recorded } from 'eventsourcing';
export const Bird = recorded(
  class extends Aggregate {
    private songs = 0;
    sing() { this.songs += 1; }
  },
  { new: event('Bird.Hatched'), sing: event('Sung') },
);
`;

const USE = `
import { type Aggregate, Application, event } from 'eventsourcing';
import { Cat } from './cat.js';
import { Dog } from './dog.js';

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Equals<A, B>) => undefined;

same<ConstructorParameters<typeof Dog>, [name: string]>(true);
same<ReturnType<Dog['addTrick']>, number>(true);
same<Dog['nickname'], string | undefined>(true);
const dog: Dog = new Dog('Fido');
// @ts-expect-error: it is readonly.
dog.name = 'Rex';
// @ts-expect-error: it takes a text.
dog.addTrick(1);
const replayed: Dog = Dog.replay(dog.collectEvents());
const made: Dog = Dog.make(replayed.name);
const any: Aggregate = made;
if (any instanceof Dog) any.addTrick('sit');

export class Puppy extends Dog {
  static override topic = 'Puppy';
  override rest(hours = 2) { return super.rest(hours) + 1; }
  @event('Left') leave() { this.markDiscarded(); }
}
export class Kitten extends Cat {
  override nap() { super.nap(); this.lives += 1; }
}
export class School extends Application {
  static aggregates = [Dog, Puppy, Cat];
  async addTrick(id: string) { return (await this.repository.get(Dog, id)).addTrick('sit'); }
  async nap(id: string): Promise<void> { (await this.repository.get(Cat, id)).nap(); }
}
// @ts-expect-error: this is no aggregate, although it has an id and a version.
void new School().save({ id: 'x', version: 1 });
// @ts-expect-error: this is private.
new Cat().naps;
`;

const folder = mkdtempSync(join(tmpdir(), 'declarations-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the compiler says of files, and the declarations that it writes. */
function compile(...files: string[]): { complaints: string[]; written: Map<string, string> } {
  const paths = files.map((file) => join(folder, file));
  const program = ts.createProgram(paths, {
    strict: true,
    noImplicitOverride: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    lib: ['lib.es2023.d.ts', 'lib.esnext.decorators.d.ts', 'lib.dom.d.ts'],
    types: [],
    skipLibCheck: true,
    declaration: true,
    emitDeclarationOnly: true,
    paths: { eventsourcing: [LIBRARY] },
  });
  const written = new Map<string, string>();
  const complaints = paths.flatMap((path) => {
    const file = program.getSourceFile(path);
    const { diagnostics } = program.emit(file, (to, text) => written.set(basename(to), text));
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file), ...diagnostics];
  });
  return { complaints: complaints.map(lineOf), written };
}

function lineOf({ code, file, start = 0, messageText }: ts.Diagnostic): string {
  const place = file && `${basename(file.fileName)}:${file.getLineAndCharacterOfPosition(start).line + 1}`;
  return `TS${code} ${place} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
}

test('what recorded returns can be exported from a package with declarations, and used by them as by the source', () => {
  for (const [name, text] of Object.entries({ dog: DOG, cat: CAT, bird: PRIVATE, use: USE })) {
    writeFileSync(join(folder, `${name}.ts`), text);
  }
  const { complaints, written } = compile('dog.ts', 'cat.ts', 'use.ts', 'bird.ts');
  // All is well but for a class that has private members and no name: the documentation says so.
  expect(complaints).toEqual([expect.stringMatching(/^TS4094 bird\.ts:3 .*'songs'/)]);

  const user = mkdtempSync(join(folder, 'user-'));
  for (const name of ['dog.d.ts', 'cat.d.ts']) writeFileSync(join(user, name), written.get(name) ?? '');
  writeFileSync(join(user, 'use.ts'), USE);
  expect(compile(`${basename(user)}/use.ts`).complaints).toEqual([]);
});
