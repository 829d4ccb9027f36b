import type { Fence, Page } from '../extract/page.ts';
import { STORES } from '../extract/stores.ts';
import { type Failure, type FenceResult, hasRun } from './failure.ts';
import { isAlike } from './normalise.ts';

/** What each fence came to with the store that is chosen by default, or alone, if it does not depend on the choice. */
export function firstResults(results: readonly FenceResult[]): readonly FenceResult[] {
  const first = new Map<string, FenceResult>();
  for (const result of results) if (!first.has(result.fence)) first.set(result.fence, result);
  return [...first.values()];
}

/** The failures of the fences. One that comes with every store is said once; another one names its store. */
export function failuresOf(results: readonly FenceResult[]): readonly Failure[] {
  return [...Map.groupBy(results, ({ fence }) => fence).values()].flatMap((group) => {
    const ran = group.filter(({ status }) => status !== 'skipped');
    const seen = new Map<string, { readonly failure: Failure; readonly in: FenceResult[] }>();
    for (const result of ran) {
      for (const failure of result.failures) {
        const key = JSON.stringify(failure);
        const known = seen.get(key) ?? { failure, in: [] };
        known.in.push(result);
        seen.set(key, known);
      }
    }
    return [...seen.values()].flatMap(({ failure, in: found }): Failure[] =>
      found.length === ran.length ? [failure] : found.map((result) => named(failure, result)),
    );
  });
}

function named(failure: Failure, { store }: FenceResult): Failure {
  if (store === undefined) return failure;
  return { ...failure, store, message: `On ${STORES[store]}: ${failure.message}` };
}

/** Holds what is printed with each store to what is printed with the first. Fences that failed anyway are left out. */
export function compareChoices(results: readonly FenceResult[], { fences }: Page): readonly Failure[] {
  const byId = new Map(fences.map((fence) => [fence.id, fence]));
  const sound = results.filter((result) => hasRun(result) && result.failures.length === 0);
  // The alternatives of a choice stand in for each other, so they print the same as well.
  const groups = Map.groupBy(sound, ({ fence }) => byId.get(fence)?.alternative?.choice ?? fence);
  return [...groups.values()].flatMap(([first, ...others]) =>
    others.flatMap((other) => (first ? difference(first, other, byId.get(other.fence)) : [])),
  );
}

function difference(first: FenceResult, other: FenceResult, fence: Fence | undefined): Failure[] {
  if (first.store === undefined || other.store === undefined) return [];
  const alike = first.status === other.status && isAlike(first.text, other.text);
  if (alike && isAlike(first.again?.text ?? '', other.again?.text ?? '')) return [];
  return [
    {
      kind: 'choice',
      line: fence?.line ?? 1,
      store: other.store,
      message: `This snippet prints something else on ${STORES[other.store]} than on ${STORES[first.store]} (which is what is expected): a page prints the same with every store that it offers.`,
      expected: first.text,
      found: other.text,
    },
  ];
}
