import { describe, expect, test } from 'vitest';
import { assemble, CompileError, compile, createLocator, LIVE_IMPORTS, locate } from '../../src/compiler/index.ts';
import { extractPage } from '../../src/extract/index.ts';

/** Fences, each with its info string on the first line. */
const fencesOf = (...blocks: string[]) =>
  extractPage(blocks.map((block) => `\`\`\`ts ${block}\n\`\`\`\n`).join('\n'), 'page.md').fences;
const code = (...lines: string[]) => `\n${lines.join('\n')}`;
const sourceLines = (source: string) => source.split('\n');

const failure = (act: () => unknown): CompileError => {
  try {
    act();
  } catch (error) {
    if (error instanceof CompileError) return error;
    throw error;
  }
  throw new Error('It compiles.');
};

/** Runs the modules of a program, with a probe that notes what is called. */
async function run(fences: ReturnType<typeof fencesOf>, target: string) {
  const { modules } = compile(assemble(fences, target));
  const calls: unknown[][] = [];
  const note =
    (name: string) =>
    (...args: unknown[]) => {
      calls.push([name, ...args.map((arg) => (arg instanceof Error ? arg.message : arg))]);
      return args.at(-1);
    };
  const names = ['enter', 'file', 'fileEnd', 'show', 'threw', 'notThrown', 'end'];
  const probe = Object.fromEntries(names.map((name) => [name, note(name)]));
  Object.assign(globalThis, { $probeOfThisTest: probe });
  const urls = new Map([['workbook:probe', toUrl(`export default globalThis.$probeOfThisTest; // ${Math.random()}`)]]);
  for (const { name, code } of modules) {
    const linked = code.replaceAll(
      /^(import .*|export .* from )"([^"]+)";/gm,
      (_, start: string, specifier: string) => {
        return `${start}"${urls.get(specifier) ?? specifier}";`;
      },
    );
    urls.set(name, toUrl(`${linked}\n// ${Math.random()}`));
  }
  await import(/* @vite-ignore */ urls.get(modules.at(-1)?.name ?? '') ?? '');
  return calls;
}

function toUrl(text: string): string {
  return `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`;
}

describe('assemble', () => {
  const fences = fencesOf(
    code('const a = 1;'),
    'static="x"\nnot run',
    `file=dog.ts${code('export const dog = 1;')}`,
    code("import { dog } from './dog.ts';", 'a + dog //=> 2'),
    'errors=2322\nconst b: string = 1;',
    'scope\nconst a = 2;',
    'test\n1;',
  );

  test('a program holds the chosen alternative alone', () => {
    const alternatives = fencesOf(
      `file=store.ts store=memory${code("export const name = 'memory';")}`,
      `file=store.ts store=sqlite${code("export const name = 'sqlite';")}`,
      code("import { name } from './store.ts';", 'console.log(name);'),
    );
    const taken = (target: string, store?: 'memory' | 'sqlite', edits = new Map<string, string>()) => {
      const { modules } = assemble(alternatives, target, edits, store === undefined ? {} : { store });
      return modules.map(({ name, segments }) => [name, ...segments.map(({ fence }) => fence)]);
    };
    const chosen = (fence: string) => [
      ['/store.ts', fence],
      ['/program.ts', 'f3'],
    ];
    expect(taken('f3')).toEqual(chosen('f1'));
    expect(taken('f3', 'memory')).toEqual(chosen('f1'));
    expect(taken('f3', 'sqlite')).toEqual(chosen('f2'));
    // An alternative that is run itself is the one that its file holds.
    expect(taken('f2', 'memory')).toEqual([['/store.ts', 'f2'], ['/program.ts']]);
    const edited = assemble(alternatives, 'f3', new Map([['f2', "export const name = 'mine';"]]), { store: 'sqlite' });
    expect(edited.modules[0]?.source).toContain('mine');
  });

  test('keeps the lines of the page', () => {
    const { modules, target } = assemble(fences, 'f4');
    expect(target).toBe('f4');
    expect(modules.map(({ name }) => name)).toEqual(['/dog.ts', '/program.ts']);
    const [dog, program] = modules;
    for (const [module, id] of [
      [dog, 'f3'],
      [program, 'f1'],
      [program, 'f4'],
    ] as const) {
      const fence = fences.find((each) => each.id === id);
      const segment = module?.segments.find((each) => each.fence === id);
      expect(segment?.line).toBe(fence?.line);
      const lines = sourceLines(module?.source ?? '').slice((fence?.line ?? 0) - 1);
      expect(lines.slice(0, segment?.count).join('\n')).toBe(fence?.code);
    }
  });

  test('holds the scope up to the target, without what does not run', () => {
    const segments = (id: string) =>
      assemble(fences, id)
        .modules.at(-1)
        ?.segments.map(({ fence }) => fence);
    expect(segments('f1')).toEqual(['f1']);
    expect(segments('f4')).toEqual(['f1', 'f4']);
    expect(segments('f6')).toEqual(['f6']);
    expect(segments('f7')).toEqual(['f7']);
    expect(segments('f5')).toEqual(['f1', 'f4', 'f5']);
  });

  test('the program of a file only imports it', () => {
    const entry = assemble(fences, 'f3').modules.at(-1);
    expect(entry?.segments).toEqual([]);
    expect(entry?.source).toContain('import "./dog.ts";');
  });

  test('an edit that needs more room moves what comes after it, and the segments tell', () => {
    const longer = Array.from({ length: 30 }, (_, line) => `const x${line} = ${line};`).join('\n');
    const [, program] = assemble(fences, 'f4', new Map([['f1', longer]])).modules;
    const [first, second] = program?.segments ?? [];
    expect(first).toMatchObject({ fence: 'f1', line: 2, count: 30 });
    expect(second?.line).toBeGreaterThan(32);
    expect(sourceLines(program?.source ?? '')[(second?.line ?? 0) - 1]).toBe("import { dog } from './dog.ts';");
    expect(program?.source).toContain('a + dog //=> 2');
  });

  test('an edit of a file', () => {
    const edits = new Map([['f3', 'export const dog = 7;']]);
    expect(assemble(fences, 'f4', edits).modules[0]?.source).toContain('dog = 7');
  });

  test('the newest of the files with one name, as of the target', () => {
    const twice = fencesOf('file=a.ts\nexport const v = 1;', '\n1;', 'file=a.ts\nexport const v = 2;', '\n2;');
    expect(assemble(twice, 'f2').modules[0]?.source).toContain('v = 1');
    expect(assemble(twice, 'f4').modules[0]?.source).toContain('v = 2');
  });

  test('an exercise is run against its starter, its edit, or its solution', () => {
    const exercise = fencesOf('exercise=starter\nlet n = 1;', 'exercise=checks\nn;', 'exercise=solution\nlet n = 2;');
    const parts = (...args: Parameters<typeof assemble> extends [unknown, ...infer R] ? R : never) =>
      assemble(exercise, ...args)
        .modules.at(-1)
        ?.segments.map(({ fence }) => fence);
    expect(parts('f1')).toEqual(['f1']);
    expect(parts('f2')).toEqual(['f1', 'f2']);
    expect(parts('f2', undefined, { against: 'solution' })).toEqual(['f3', 'f2']);
    expect(parts('f3')).toEqual(['f3']);
    expect(assemble(exercise, 'f2', new Map([['f1', 'let n = 9;']])).modules.at(-1)?.source).toContain('n = 9');
  });

  test('a fence for Node takes part where one is the target, or where it is asked for', () => {
    const mixed = fencesOf('\n1;', 'node="x"\n2;', '\n3;');
    const parts = (id: string, node?: boolean) =>
      assemble(mixed, id, undefined, node === undefined ? {} : { node })
        .modules.at(-1)
        ?.segments.map(({ fence }) => fence);
    expect(parts('f3')).toEqual(['f1', 'f3']);
    expect(parts('f2')).toEqual(['f1', 'f2']);
    expect(parts('f3', true)).toEqual(['f1', 'f2', 'f3']);
  });

  test('there is no program for a fence that is not there, or is static', () => {
    expect(() => assemble(fences, 'f99')).toThrow('no fence f99');
    expect(() => assemble(fences, 'f2')).toThrow('static');
  });
});

describe('a compiled program', () => {
  test('enters its fences in order, shows values, and ends', async () => {
    const fences = fencesOf('\nconst a: number = 1;', '\na + 1 //=> 2\nvoid (() => { a; })() //=> undefined');
    expect(await run(fences, 'f2')).toEqual([
      ['enter', 'f1'],
      ['enter', 'f2'],
      ['show', 'f2', 1, 2],
      ['show', 'f2', 2, undefined],
      ['end'],
    ]);
  });

  test('goes on after a fence that is expected to throw, whose names are its own', async () => {
    const fences = fencesOf("throws\nconst a = 1;\nthrow new Error('x');", 'throws\nconst a = 2;', '\nconst a = 3;');
    expect(await run(fences, 'f3')).toEqual([
      ['enter', 'f1'],
      ['threw', 'f1', 'x'],
      ['enter', 'f2'],
      ['notThrown', 'f2'],
      ['enter', 'f3'],
      ['end'],
    ]);
  });

  test('runs its files first', async () => {
    const fences = fencesOf(
      'file=a.ts\nexport const a = 1;',
      "file=b.ts\nexport { a } from './a.ts';",
      "\nimport { a } from './b.ts';\na //=> 1",
    );
    expect(await run(fences, 'f3')).toEqual([
      ['file', 'f1'],
      ['fileEnd', 'f1'],
      ['file', 'f2'],
      ['fileEnd', 'f2'],
      ['enter', 'f3'],
      ['show', 'f3', 2, 1],
      ['end'],
    ]);
  });

  test('has decorators and the types of TypeScript', async () => {
    const decorated = code(
      'const log: string[] = [];',
      'function mark(_: unknown, context: ClassMethodDecoratorContext | ClassDecoratorContext) { log.push(String(context.name)); }',
      'enum Size { Small, Large }',
      '@mark class Dog { constructor(readonly name: string, private size = Size.Large) {} @mark bark<T>(x: T): T { return x; } }',
      "new Dog('Fido').name //=> 'Fido'",
      "log //=> [ 'bark', 'Dog' ]",
    );
    expect(await run(fencesOf(decorated), 'f1')).toEqual([
      ['enter', 'f1'],
      ['show', 'f1', 5, 'Fido'],
      ['show', 'f1', 6, ['bark', 'Dog']],
      ['end'],
    ]);
  });

  test('names its imports as modules of the program, and leaves out types and files that nobody imports', () => {
    const fences = fencesOf(
      'file=a.ts\nexport const a = 1;',
      'file=b.ts\nexport const b = 1;',
      "\nimport type { Aggregate } from 'eventsourcing';\nimport { ok } from 'node:assert/strict';\nimport { a } from './a.ts';\nok(a);\nlet x: Aggregate | undefined;",
    );
    const { modules } = compile(assemble(fences, 'f3'));
    expect(modules.map(({ name, imports }) => [name, imports])).toEqual([
      ['/a.ts', []],
      ['/program.ts', ['node:assert/strict', '/a.ts']],
    ]);
  });

  test('is the same each time', () => {
    const source = assemble(fencesOf('\n@((c) => c) class A { accessor x = 1; }\nnew A() //=> A {}'), 'f1');
    expect(JSON.stringify(compile(source))).toBe(JSON.stringify(compile(source)));
  });

  test('locate finds the line and column of every token, and nothing in generated code', () => {
    const fences = fencesOf('\nconst one = 1;', "\nfunction boom() {\n  throw new Error('boom');\n}\nboom();");
    const module = compile(assemble(fences, 'f2')).modules.at(-1);
    if (!module) throw new Error('There is no module.');
    const lines = sourceLines(module.code);
    const at = (text: string) => {
      const line = lines.findIndex((each) => each.includes(text));
      return [line + 1, (lines[line]?.indexOf(text) ?? 0) + 1] as const;
    };
    expect(locate(module, ...at('new Error'))).toEqual({ fence: 'f2', line: 2, column: 9 });
    expect(locate(module, ...at('one = 1'))).toEqual({ fence: 'f1', line: 1, column: 7 });
    expect(createLocator(module)(...at('boom();'))).toEqual({ fence: 'f2', line: 4, column: 1 });
    expect(locate(module, ...at('$$probe.end'))).toBeUndefined();
  });
});

describe('a program that does not compile', () => {
  test.each<[string, string[], Partial<CompileError>]>([
    [
      'a syntax error',
      ['\nconst a = 1;', '\nconst b = 2;\nconst = 3;'],
      { problem: 'syntax', fence: 'f2', line: 2, column: 7 },
    ],
    ['an open brace', ['\nfunction f() {', '\nconst b = 2;'], { problem: 'syntax', fence: 'f1', line: 1 }],
    ['an unfinished expression', ['\nconst a =', '\nconst b = 2;'], { problem: 'syntax', fence: 'f1', line: 1 }],
    ['a superfluous brace', ['\nconst a = 1;', 'throws\n}', '\n1;'], { problem: 'syntax', fence: 'f2', line: 1 }],
    [
      'an import twice',
      ["\nimport { event } from 'eventsourcing';", "\n\nimport { event } from 'eventsourcing';"],
      { problem: 'duplicate', fence: 'f2', line: 2, column: 10 },
    ],
    ['a name twice', ['\nconst a = 1;', '\n\nconst a = 2;'], { problem: 'duplicate', fence: 'f2', line: 2, column: 7 }],
    ['an import in a fence that throws', ["throws\nimport 'vitest';"], { problem: 'syntax', fence: 'f1', line: 1 }],
    ['an unknown module', ["\n1;\nimport fs from 'node:fs';"], { problem: 'import', fence: 'f1', line: 2, column: 16 }],
    ['an unused unknown module', ["\nimport { x } from 'lodash';"], { problem: 'import', fence: 'f1', line: 1 }],
    ['an unknown file', ['file=a.ts\n1;', "\nimport './b.ts';"], { problem: 'import', fence: 'f2', line: 1 }],
    ['a dynamic import', ["\nawait import('vitest');"], { problem: 'import', fence: 'f1', line: 1 }],
    ['an export that nobody can import', ['\nexport const a = 1;'], { problem: 'export', fence: 'f1', line: 1 }],
    ['a name of a later fence', ['\nf();', '\nfunction f() {}'], { problem: 'order', fence: 'f1', line: 1, column: 1 }],
    [
      'an import of a later fence',
      ['\nok(1);', "\nimport { ok } from 'node:assert/strict';"],
      { problem: 'order', fence: 'f1' },
    ],
    ['what TypeScript cannot erase', ['\nimport a = require("a");'], { problem: 'syntax', fence: 'f1', line: 1 }],
    [
      'a circle',
      [
        'file=a.ts\nexport const a = 1;',
        "file=b.ts\nexport { a } from './a.ts';",
        "file=a.ts\nimport './b.ts';\nexport const a = 2;",
        "\nimport './a.ts';",
      ],
      { problem: 'import', line: 1 },
    ],
  ])('%s', (_, blocks, expected) => {
    const fences = fencesOf(...blocks);
    const error = failure(() => compile(assemble(fences, fences.at(-1)?.id ?? '')));
    expect(error).toMatchObject(expected);
    expect(error.message).not.toMatch(/\n|\/program\.ts|\(\d+:\d+\)/);
  });

  test('the sentence names what may be imported', () => {
    const unknown = fencesOf("\nimport x from 'eventsourcin';");
    expect(failure(() => compile(assemble(unknown, 'f1'))).message).toMatch(
      /'eventsourcin'.*'eventsourcing',.* 'vitest'/,
    );
    const file = fencesOf('file=dog.ts\nexport const d = 1;', "\nimport { d } from './dgo.ts';");
    expect(failure(() => compile(assemble(file, 'f2'))).message).toMatch(/'\.\/dgo\.ts'.*'\.\/dog\.ts'/);
  });

  test('a parameter property is no use of a later name', () => {
    const dog = '\nclass Dog {\n  constructor(readonly name: string, public age = 0) { String(name + age); }\n}';
    const fences = fencesOf(dog, "\nconst name = new Dog('Fido').name;\nconst age = 1;");
    expect(() => compile(assemble(fences, 'f2'))).not.toThrow();
  });

  test('what a fence may import is a matter of rules', () => {
    const fences = fencesOf('node="x"\nimport { sep } from \'node:path\';\nsep;');
    expect(() => compile(assemble(fences, 'f1'))).toThrow("'node:path'");
    expect(
      compile(assemble(fences, 'f1'), { imports: { ...LIVE_IMPORTS, allows: (_, id) => id === 'f1' } }).modules[0]
        ?.imports,
    ).toEqual(['node:path']);
  });
});
