import type { TestResult } from '../../probe/entry.ts';
import { renderError } from '../../probe/render.ts';
import type { RunStatus } from '../../runner/runner.ts';
import { showText } from './long-text.ts';
import { createRows } from './rows.ts';

/** Lists what the checks of an exercise came to. Returns whether the exercise is passed. */
export async function showChecks(
  list: HTMLElement,
  results: readonly TestResult[],
  status: RunStatus,
): Promise<boolean> {
  const passing = results.filter((result) => result.status === 'pass').length;
  const passed = results.length > 0 && passing === results.length && status === 'done';
  const summary = document.createElement('p');
  summary.dataset.tone = passed ? 'good' : 'bad';
  summary.textContent = summarise(passing, results.length, status);
  const items = document.createElement('ul');
  list.replaceChildren(summary, items);
  const rows = createRows(items);
  for (const result of results) {
    const item = document.createElement('li');
    item.dataset.result = result.status;
    let cost = showText(item, result.name);
    if (result.error) {
      const message = document.createElement('div');
      message.className = 'check-message';
      cost += showText(message, renderError(result.error));
      item.append(message);
    }
    rows.add(item, cost);
  }
  await rows.settled();
  return passed;
}

function summarise(passing: number, all: number, status: RunStatus): string {
  if (status === 'stopped') return 'Stopped before the checks were done.';
  if (all === 0) return 'The checks could not run. The console says why.';
  if (passing === all) return all === 1 ? 'The check passes.' : `All ${all} checks pass.`;
  return `${passing} of ${all} checks pass.`;
}
