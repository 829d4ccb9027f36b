import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { launch } from './chromium.ts';
import { lessons } from './lessons.ts';
import { Snippet } from './snippet.ts';
import { startTour, type Tour } from './tour.ts';

let browser: Browser;
let tour: Tour;
beforeAll(async () => {
  browser = await launch();
  tour = await startTour(browser, inject('site'));
});
afterAll(() => browser.close());

const withCode = lessons.filter((lesson) => lesson.live.length > 0);

async function open(path: string) {
  await tour.visit(path);
  return tour;
}

describe.each(withCode)('/$path', ({ path, live }) => {
  test('a snippet can be edited, run and reset', async () => {
    const { page, complaints } = await open(path);
    const fence = live[0];
    if (!fence) throw new Error('The page has no live fence.');
    const snippet = new Snippet(page, fence.id);
    const before = await snippet.figure.boundingBox();

    await snippet.press('Edit');
    await snippet.figure.locator('.cm-content[contenteditable=true]').waitFor();
    const opened = await snippet.figure.boundingBox();
    expect(Math.abs((opened?.height ?? 0) - (before?.height ?? 0)), 'the page does not jump').toBeLessThanOrEqual(2);

    await snippet.type(
      `${fence.code}\n// A decorated class is compiled in the browser, too.\nfunction mark(_: unknown, context: ClassDecoratorContext) { console.log('decorated', context.name); }\n@mark class Edited {}\nconsole.log(new Edited());`,
    );
    await snippet.press('Edit');
    const edited = await snippet.run();
    expect(edited.text).toMatch(/decorated Edited\nEdited \{\}$/);
    expect(edited.status).toBe('done');

    await snippet.press('Reset');
    expect((await snippet.code()).trimEnd()).toBe(fence.code.trimEnd());
    expect(complaints).toEqual([]);
  });
});

describe('on /getting-started/a-dog-class/', () => {
  const path = 'getting-started/a-dog-class/';

  test('an edit carries on into the snippets below, survives a reload, and Reset undoes it', async () => {
    const { page, complaints } = await open(path);
    await new Snippet(page, 'f2').type("const dog = new Dog('Bella');\n\ndog.name //=> 'Fido'");
    expect((await new Snippet(page, 'f2').run()).text).toContain("'Bella'");
    expect((await new Snippet(page, 'f4').run()).text).toContain('Bella 2');

    await page.reload();
    expect(await new Snippet(page, 'f2').code()).toContain('Bella');
    expect(await new Snippet(page, 'f2').status(), 'a mount runs nothing by itself').toBe('idle');
    expect((await new Snippet(page, 'f4').run()).text).toContain('Bella 2');

    await new Snippet(page, 'f2').press('Reset');
    expect(await new Snippet(page, 'f2').code()).toContain('Fido');
    expect((await new Snippet(page, 'f4').run()).text).toContain('Fido 2');
    expect(complaints).toEqual([]);
  });

  test('a type of mistake each: the message is clear, names the line, and the next run works', async () => {
    const { page, complaints } = await open(path);
    const snippet = new Snippet(page, 'f1');

    await snippet.type('const dog = 1;\nconst = 2;');
    expect(await snippet.run()).toMatchObject({
      status: 'error',
      text: expect.stringMatching(/SyntaxError[\s\S]*line 2/i),
    });

    await snippet.type("import { Cat } from 'cats';\nnew Cat();");
    expect(await snippet.run()).toMatchObject({
      status: 'error',
      text: expect.stringMatching(/cats[\s\S]*eventsourcing/),
    });

    await snippet.type("console.log('before');\nthrow new RangeError('too many dogs');");
    expect(await snippet.run()).toMatchObject({
      status: 'error',
      text: expect.stringMatching(/^before\n[\s\S]*RangeError: too many dogs[\s\S]*line 2/),
    });

    await snippet.type("Promise.reject(new Error('nobody listens'));");
    expect(await snippet.run()).toMatchObject({ status: 'error', text: expect.stringMatching(/nobody listens/) });

    await snippet.type('const nothing = 1;');
    expect(await snippet.run()).toMatchObject({ status: 'done', text: expect.stringMatching(/nothing/i) });

    await snippet.type("console.log('all is well');");
    expect(await snippet.run()).toEqual({ status: 'done', text: 'all is well' });
    expect(complaints).toEqual([]);
  });

  test('a save that nobody awaited is pointed out', async () => {
    const { page } = await open('getting-started/the-dog-school-application/');
    const snippet = new Snippet(page, 'f2');
    await snippet.type("const school = new DogSchool();\nschool.registerDog('Fido');");
    expect((await snippet.run()).text).toMatch(/did you forget `?await`?/i);
  });

  test('a run that is stopped before anything has been loaded says so', async () => {
    const { page, complaints } = await open(path);
    const snippet = new Snippet(page, 'f2');
    await snippet.figure.evaluate((figure) => {
      for (const name of ['run', 'stop']) figure.querySelector<HTMLElement>(`[data-action=${name}]`)?.click();
    });
    expect(await snippet.ended()).toBe('stopped');
    expect(await snippet.text()).toMatch(/stopped/i);
    expect(complaints).toEqual([]);
  });

  // What takes all memory costs the frame its process. Playwright takes that for a crash of the page, which it is not: the
  // runner's own tests do it, in test/runner/allocation.test.ts.
  test('loops and floods are ended, and the page stays alive', async () => {
    const { page } = await open(path);
    const snippet = new Snippet(page, 'f1');

    await snippet.type('for (;;) {}');
    await snippet.press('Run');
    await page.locator('figure[data-status=running]').waitFor();
    const alive = Date.now();
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    expect(Date.now() - alive, 'the page answers while a loop runs').toBeLessThan(2_000);
    await snippet.press('Stop');
    expect(await snippet.ended()).toBe('stopped');
    expect(await snippet.text()).not.toBe('');

    expect(await snippet.run()).toMatchObject({ status: 'error', text: expect.stringMatching(/did not answer|loop/i) });

    await snippet.type("for (let n = 0; ; n++) console.log('line', n);");
    expect(await snippet.run()).toMatchObject({
      status: 'error',
      text: expect.stringMatching(/too much|flood|lines|messages/i),
    });

    await snippet.type("console.log('still here');");
    expect(await snippet.run()).toEqual({ status: 'done', text: 'still here' });
  });

  test('an exercise: the starter fails its checks, a right answer passes them', async () => {
    const { page } = await open(path);
    const exercise = page.locator('section.exercise');
    await exercise.getByRole('button', { name: 'Check' }).click();
    await expect.poll(() => exercise.innerText()).toContain('a forgotten trick is gone');
    expect(await exercise.getAttribute('data-passed')).toBeNull();

    const lesson = lessons.find((one) => one.path === path);
    const starter = lesson?.live.find((fence) => fence.exercise);
    if (!starter) throw new Error('The lesson has no exercise.');
    const snippet = new Snippet(page, starter.id);
    await snippet.type(
      starter.code.replace(
        '// Your code here.',
        'const at = this.tricks.indexOf(trick); if (at >= 0) this.tricks.splice(at, 1);',
      ),
    );
    await exercise.getByRole('button', { name: 'Check' }).click();
    await expect.poll(() => exercise.getAttribute('data-passed')).not.toBeNull();
  });
});
