import type { TestResult } from '../../probe/entry.ts';
import type { Console } from './console.ts';
import type { Figure } from './figure.ts';
import type { PassedExercises } from './passed-exercises.ts';
import type { Running } from './running.ts';

/** Shows whether the exercise that a figure belongs to is passed. Returns what checks the reader's solution. */
export function createExercise(figure: Figure, console: Console, running: Running, passed: PassedExercises) {
  const { element, checks } = figure;
  const exercise = element.closest<HTMLElement>('[data-exercise]');
  const id = exercise?.dataset.exercise ?? 'exercise';
  const showPassed = () => {
    if (!exercise || !checks) return;
    const done = exercise.querySelector<HTMLElement>('[data-exercise-done]');
    exercise.toggleAttribute('data-passed', passed.has(id));
    if (done) done.hidden = !passed.has(id);
  };
  showPassed();
  return async (): Promise<void> => {
    const target = element.dataset.checks;
    if (target === undefined || !checks) return;
    const results: TestResult[] = [];
    const { status, signal } = await running.check(target, (event) => {
      if (event.type === 'test') results.push(event.result);
    });
    if (signal.aborted) return;
    await console.output?.end('Your code printed nothing by itself.');
    if (signal.aborted) return;
    const { showChecks } = await import('./checks.ts');
    const good = await showChecks(checks, results, status);
    if (signal.aborted) return;
    figure.tell(status, figure.onStore(good ? 'All checks pass' : 'Not yet'), good ? 'good' : 'bad');
    if (!good) return;
    passed.add(id);
    showPassed();
  };
}
