import { quietly } from './storage.ts';

/** Remembers which exercises were passed in this browser, and shows it in the sidebar. */
export interface PassedExercises {
  has(exercise: string): boolean;
  add(exercise: string): void;
}

const prefix = 'workbook:passed:';

export function createPassedExercises(storage: Storage | undefined, page: string): PassedExercises {
  const here = new Set<string>();
  const keyOf = (exercise: string) => `${prefix}${page}:${exercise}`;
  return {
    has: (exercise) => here.has(exercise) || typeof quietly(() => storage?.getItem(keyOf(exercise))) === 'string',
    add(exercise) {
      here.add(exercise);
      quietly(() => storage?.setItem(keyOf(exercise), new Date().toISOString()));
    },
  };
}

/** Marks the pages in the sidebar on which an exercise was passed. */
export function markSidebar(storage: Storage | undefined): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('#starlight__sidebar a')];
  quietly(() => {
    for (let index = 0; index < (storage?.length ?? 0); index++) {
      const key = storage?.key(index) ?? '';
      if (!key.startsWith(prefix)) continue;
      const page = key.slice(prefix.length, key.lastIndexOf(':'));
      for (const link of links) if (link.pathname.replace(/\/$/, '') === page) link.dataset.passed = '';
    }
  });
}
