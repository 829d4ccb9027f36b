import { createConsole } from './console.ts';
import { createEditing } from './editing.ts';
import { createExercise } from './exercise.ts';
import { readFigure } from './figure.ts';
import { createKeeping } from './keeping.ts';
import type { PageState } from './page-state.ts';
import type { PassedExercises } from './passed-exercises.ts';
import { createRunning } from './running.ts';
import { wireStoreTabs } from './store-tabs.ts';

/** Makes a figure live. Nothing runs before the reader presses a button. */
export function wireSnippet(element: HTMLElement, page: PageState, passed: PassedExercises): void {
  const { stores } = page;
  const figure = readFigure(element, stores);
  if (!figure) return;
  const { log, recorded } = figure;
  const console = createConsole(figure);
  const keeping = createKeeping(figure, page);
  const running = createRunning(figure, console, page, keeping);
  const editing = createEditing(figure, page, () => press('run'));
  const reset = async () => {
    editing.reset();
    // A run that went on would store again.
    const stopped = figure.keeps ? running.stop() : undefined;
    const hadRows = await keeping.clear();
    await stopped;
    const runsAgain = element.dataset.status === 'running';
    if (hadRows && !runsAgain) figure.tell('idle', 'Cleared what it kept');
  };
  const actions: Readonly<Record<string, () => void | Promise<void>>> = {
    run: running.run,
    stop: running.stop,
    edit: editing.edit,
    reset,
    check: createExercise(figure, console, running, passed),
  };

  const press = (action: string) => {
    actions[action]?.()?.catch(failed);
  };
  /** A failure of our own, such as a file that could not be loaded, is shown where the output would be. */
  const failed = async (error: unknown) => {
    const output = await console.load();
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    output.error({ name, message, frames: [], hint: 'Check the connection and try again, or reload the page.' }, false);
    await output.end('');
    figure.tell('error', 'Not run', 'bad');
  };

  element.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>('[data-action]') : null;
    if (button?.dataset.action) press(button.dataset.action);
  });
  // A hand on its way to the buttons is time enough to get the runner ready.
  const warm = () =>
    page.live().then(
      (live) => live.warm(stores.chosen),
      () => undefined,
    );
  for (const sign of ['pointerenter', 'focusin', 'pointerdown']) element.addEventListener(sign, warm, { once: true });
  addEventListener('beforeprint', () => {
    page.showing.finish();
    if (recorded && log.childElementCount === 0) recorded.open = true;
  });
  if (figure.versions.length > 1) wireStoreTabs(element, figure.versions, stores);
  stores.onChoose(() => {
    if (!figure.dependsOnStore) return;
    // What stands there was printed on another store.
    running.clear();
    editing.show();
  });
  if (recorded) recorded.open = false;
}
