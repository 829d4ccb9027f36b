import type { Editor, EditorFile } from '../../editor/editor.ts';
import type { Fence } from '../../extract/page.ts';
import { STORES } from '../../extract/stores.ts';
import type { ErrorReport, TestResult } from '../../probe/entry.ts';
import type { Run, RunEvent, RunStatus } from '../../runner/runner.ts';
import { type CodeView, createCodeView } from './code-view.ts';
import { describeProgress } from './describe-progress.ts';
import { whyTooMuch } from './fits.ts';
import type { Output } from './output.ts';
import type { Progress } from './progress.ts';
import type { Session } from './session.ts';
import { wireStoreTabs } from './store-tabs.ts';
import { type VersionParts, versionsOf } from './versions.ts';

/** The parts of a figure that the build wrote (see `src/site/figure.ts`). */
function partsOf(figure: HTMLElement) {
  const part = <T extends HTMLElement = HTMLElement>(name: string) => figure.querySelector<T>(`[data-${name}]`);
  return {
    hint: part('hint'),
    edited: part('edited'),
    carried: part('carried'),
    note: part('note'),
    state: part('state'),
    checks: part('check-list'),
    log: figure.querySelector<HTMLElement>('[role="log"]'),
    earlier: part<HTMLDetailsElement>('earlier'),
    recorded: part<HTMLDetailsElement>('recorded'),
  };
}

/** A code that the figure can show, with what the reader has opened of it. */
interface Version extends VersionParts {
  readonly view: CodeView;
  editor?: Editor;
  opening?: Promise<Editor> | undefined;
}

/** Makes a figure live. Nothing runs before the reader presses a button. */
export function wireSnippet(figure: HTMLElement, session: Session, progress: Progress): void {
  const { hint, edited, carried, note, state, checks, log, earlier, recorded } = partsOf(figure);
  const versions = versionsOf(figure).map((parts): Version => ({ ...parts, view: createCodeView(parts.code) }));
  const [only] = versions;
  if (!only || !log) return;
  const { stores } = session;
  /** The version that is shown: one of several only in the figure of a choice of store. */
  const now = (): Version => versions.find(({ store }) => store === stores.chosen) ?? only;
  const needs = figure.dataset.needs?.split(' ').filter(Boolean) ?? [];
  const dependsOnStore = versions.length > 1 || needs.some(stores.isAlternative);
  const meantToFail = figure.dataset.throws !== undefined;
  let output: Output | undefined;
  /** Counts what was started: whatever awaits something looks here whether it is still wanted. */
  let turn = 0;
  let run: Run | undefined;

  /** What is said of a run, with the store that it ran on, if that was the reader's choice. */
  const onStore = (text: string) => {
    const { chosen } = stores;
    return dependsOnStore && chosen !== undefined ? text.replace(/…?$/, ` on ${STORES[chosen]}$&`) : text;
  };

  const setStatus = (status: 'idle' | 'running' | RunStatus, text: string, tone = '') => {
    figure.dataset.status = status;
    if (!state) return;
    state.textContent = text;
    state.dataset.tone = tone;
  };

  const showEdits = () => {
    const own = session.edit(now().fence) !== undefined;
    figure.toggleAttribute('data-edited', own);
    if (edited) edited.hidden = !own;
    if (carried) carried.hidden = session.editsOf(needs).size === 0;
  };

  const placeOf = ({ fence: at, line }: NonNullable<ErrorReport['at']>): Node => {
    if (at === now().fence) return document.createTextNode(`at line ${line}`);
    // An alternative of a choice stands in the figure of the first one.
    const name = CSS.escape(at);
    const other = document.querySelector(`figure.snippet#${name}, figure.snippet:has([data-of="${name}"])`);
    if (!other) return document.createTextNode(`at line ${line} of the checks`);
    const link = document.createElement('a');
    link.href = `#${other.id}`;
    link.textContent = `at line ${line} of an earlier snippet`;
    return link;
  };

  /** The console, whose code is loaded when something is to be shown in it for the first time. */
  const loadOutput = async (): Promise<Output> => {
    const { createOutput } = await import('./output.ts');
    output ??= createOutput({ log, earlier, own: new Set(versions.map(({ fence }) => fence)), placeOf });
    return output;
  };

  /** Runs the program of `target`: this fence, or the checks of an exercise together with it. */
  const start = async (target: string, listen: (event: RunEvent) => void): Promise<RunStatus | undefined> => {
    const mine = ++turn;
    const { fence } = now();
    const store = stores.chosen;
    const own = target === fence ? needs : [fence];
    run?.stop();
    session.save();
    session.clearErrors();
    const others = target === fence ? 'earlier snippets' : 'the checks';
    output?.clear(others);
    setStatus('running', onStore('Running…'));
    const [live, shown] = await Promise.all([session.live(), loadOutput(), session.showing.done()]);
    if (mine !== turn) return undefined;
    shown.clear(others);
    const request = await live.request(target, session.editsOf([...own, fence]), store);
    if (mine !== turn) return undefined;
    const started = live.run(request, (event) => {
      if (mine !== turn) return;
      if (event.type === 'console') shown.entry(event.entry);
      if (event.type === 'progress') setStatus('running', describeProgress(event.progress));
      if (event.type === 'error') {
        const expected = isMeantToFail(event.error.fence);
        shown.error(event.error, expected);
        const { at } = event.error;
        const takesPart = at && [...own, fence].includes(at.fence);
        if (takesPart && (!expected || at.fence === fence)) session.markError(at.fence, at.line);
      }
      listen(event);
    });
    run = started;
    const status = await started.finished;
    if (mine !== turn) return undefined;
    run = undefined;
    return status;
  };

  /** A failure of our own, such as a file that could not be loaded, is shown where the output would be. */
  const failed = async (error: unknown) => {
    const shown = await loadOutput();
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    shown.error({ name, message, frames: [], hint: 'Check the connection and try again, or reload the page.' }, false);
    await shown.end('');
    setStatus('error', 'Not run', 'bad');
  };

  const finish = async (status: RunStatus) => {
    const mine = turn;
    // A run can be stopped before the console has come, and says so all the same.
    const shown = output ?? (await loadOutput());
    if (mine !== turn) return;
    if (status === 'stopped') {
      // At once: what it printed may still take a while to be shown.
      setStatus('stopped', onStore('Stopped'));
      await shown.end('Stopped before it printed anything.');
      return;
    }
    const failed = status === 'error';
    const asMeant = meantToFail && failed;
    await shown.end(
      failed && !asMeant ? 'It ended with an error and printed nothing.' : 'It ran to its end and printed nothing.',
    );
    if (mine !== turn) return;
    if (failed && !asMeant) setStatus('error', onStore('Ended with an error'), 'bad');
    else setStatus(status, onStore(asMeant ? 'Failed, as it is meant to' : 'Done'), asMeant ? '' : 'good');
  };

  const actions: Readonly<Record<string, () => void | Promise<void>>> = {
    async run() {
      if (checks) checks.replaceChildren();
      const status = await start(now().fence, () => undefined);
      if (status) await finish(status);
    },

    async stop() {
      if (figure.dataset.status !== 'running') return;
      const stopped = run;
      run = undefined;
      turn += 1;
      stopped?.stop();
      await finish('stopped');
    },

    async edit() {
      const version = now();
      if (version.editor) {
        version.editor.focus();
        return;
      }
      version.opening ??= openEditor(version);
      if (hint) hint.textContent = 'Loading the editor…';
      try {
        version.editor = await version.opening;
      } catch (error) {
        version.opening = undefined;
        if (hint) hint.textContent = '';
        throw error;
      }
      // Another alternative may have been chosen meanwhile.
      if (version !== now()) return;
      if (hint) hint.textContent = keyboardHint();
      version.editor.focus();
    },

    reset() {
      const { fence, view } = now();
      if (session.edit(fence) === undefined) return;
      setCode(view.original);
    },

    async check() {
      const target = figure.dataset.checks;
      if (target === undefined || !checks) return;
      const results: TestResult[] = [];
      checks.replaceChildren();
      const status = await start(target, (event) => {
        if (event.type === 'test') results.push(event.result);
      });
      if (!status) return;
      const mine = turn;
      await output?.end('Your code printed nothing by itself.');
      if (mine !== turn) return;
      const { showChecks } = await import('./checks.ts');
      const passed = await showChecks(checks, results, status);
      if (mine !== turn) return;
      setStatus(status, onStore(passed ? 'All checks pass' : 'Not yet'), passed ? 'good' : 'bad');
      if (passed) pass();
    },
  };

  const setCode = (text: string) => {
    const { fence, editor, view } = now();
    session.setEdit(fence, text);
    session.save();
    if (editor) editor.setCode(text);
    else view.show(text);
  };

  const earlierFiles = (fences: readonly Fence[]): EditorFile[] => {
    const needed = fences.filter(({ id }) => needs.includes(id) && stores.takesPart(id));
    const codeOf = (each: Fence) => session.edit(each.id) ?? each.code;
    const loose = needed.filter(({ file }) => file === undefined);
    const files = [
      ...(loose.length > 0 ? [{ name: 'earlier.ts', code: loose.map(codeOf).join('\n\n') }] : []),
      ...needed.flatMap((each) => (each.file === undefined ? [] : [{ name: each.file, code: codeOf(each) }])),
    ];
    return files.map(({ name, code }) => {
      const reason = whyTooMuch(code);
      return {
        name,
        code:
          reason === undefined
            ? code
            : `// Not shown in this tab: ${reason}.\n// It stands above, in the snippets themselves.`,
      };
    });
  };

  const openEditor = async ({ fence, host, tabs, view }: Version): Promise<Editor> => {
    const [{ openEditor: open }, live] = await Promise.all([import('../../editor/open.tsx'), session.live()]);
    const fences = await live.fences(stores.chosen);
    const opened = await open({
      host,
      tabs,
      file: { name: tabs.textContent?.trim() || 'snippet.ts', code: session.edit(fence) ?? view.original },
      earlier: earlierFiles(fences),
      onChange: (text) => {
        showNote();
        session.setEdit(fence, text);
      },
      refuse: (text) => {
        const reason = whyTooMuch(text);
        if (reason !== undefined) tellRefused(reason);
        return reason !== undefined;
      },
      onRun: () => press('run'),
    });
    const showEarlier = () => opened.setEarlier(earlierFiles(fences));
    session.onEdit(showEarlier);
    stores.onChoose(showEarlier);
    return opened;
  };

  const exercise = figure.closest<HTMLElement>('[data-exercise]');
  const exerciseId = exercise?.dataset.exercise ?? 'exercise';
  const showPassed = () => {
    const done = exercise?.querySelector<HTMLElement>('[data-exercise-done]');
    if (!exercise || !checks) return;
    const passed = progress.passed(exerciseId);
    exercise.toggleAttribute('data-passed', passed);
    if (done) done.hidden = !passed;
  };
  const pass = () => {
    progress.pass(exerciseId);
    showPassed();
  };

  const press = (action: string) => {
    const doing = actions[action]?.();
    doing?.catch(failed);
  };

  /** Says what became of an edit that does not stand in its place. */
  const showNote = () => {
    const { fence } = now();
    if (!note) return;
    const done = (work: () => void) => () => {
      work();
      showNote();
    };
    const old = session.outdated(fence);
    const withheld = session.withheld(fence);
    if (withheld) {
      note.replaceChildren(
        `An edit of this snippet is kept in this browser, but it can’t be shown here, and so it isn’t run: ${whyTooMuch(withheld.code) ?? 'the browser failed to show it'}. The code above is what runs. `,
        noteButton('Download my edit', () => download(withheld.code, `${fence}.ts`)),
        noteButton(
          'Forget my edit',
          done(() => session.dropWithheld(fence)),
        ),
      );
    } else if (old) {
      const choose = (text: string, use: boolean) =>
        noteButton(
          text,
          done(() => {
            session.dropOutdated(fence);
            if (use) setCode(old.code);
          }),
        );
      note.replaceChildren(
        'This snippet has changed since you edited it. ',
        choose('Use my edit', true),
        choose('Forget my edit', false),
      );
    }
    note.hidden = !withheld && !old;
  };

  const tellRefused = (reason: string) => {
    if (!note) return;
    note.replaceChildren(
      `The code was left as it is, since this change would make it too much for a snippet: ${reason}. `,
      noteButton('Understood', showNote),
    );
    note.hidden = false;
  };

  figure.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>('[data-action]') : null;
    if (button?.dataset.action) press(button.dataset.action);
  });
  // A hand on its way to the buttons is time enough to get the runner ready.
  for (const sign of ['pointerenter', 'focusin', 'pointerdown'] as const) {
    figure.addEventListener(
      sign,
      () =>
        session.live().then(
          (live) => live.warm(stores.chosen),
          () => undefined,
        ),
      { once: true },
    );
  }
  addEventListener('beforeprint', () => {
    session.showing.finish();
    if (recorded && log.childElementCount === 0) recorded.open = true;
  });

  for (const version of versions) {
    session.onMark(version.fence, (lines) => {
      version.view.markErrors(lines);
      version.editor?.markErrors(lines);
    });
    const saved = session.edit(version.fence);
    if (saved === undefined) continue;
    session.showing.add(figure, saved.length, () => {
      // The reader may have opened an editor or reset the code meanwhile.
      const code = session.edit(version.fence);
      if (code === undefined || version.editor) return;
      try {
        version.view.show(code);
      } catch {
        session.withhold(version.fence); // the note tells the reader
        showEdits();
        showNote();
      }
    });
  }
  if (versions.length > 1) wireStoreTabs(figure, versions, stores);
  stores.onChoose(() => {
    if (!dependsOnStore) return;
    // What stands there was printed on another store.
    turn += 1;
    run?.stop();
    run = undefined;
    output?.clear('');
    if (checks) checks.replaceChildren();
    if (hint) hint.textContent = now().editor ? keyboardHint() : '';
    setStatus('idle', '');
    showEdits();
    showNote();
  });
  session.onEdit(showEdits);
  if (recorded) recorded.open = false;
  showEdits();
  showPassed();
  showNote();
}

/** Whether a fence of this page says of itself that it throws. */
function isMeantToFail(fence: string | undefined): boolean {
  return fence !== undefined && document.getElementById(fence)?.dataset.throws !== undefined;
}

function noteButton(text: string, act: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = text;
  button.addEventListener('click', act);
  return button;
}

/** Hands a text to the reader as a file. */
function download(text: string, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = name;
  link.click();
  // The browser reads it after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The keys that a keyboard needs to know: without the first, Tab would have no way out of the editor. */
function keyboardHint(): string {
  const key = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl+';
  return `Esc, then Tab, leaves. ${key}Enter runs.`;
}
