import type { TestContext } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** What a proof has shown, with its counts, in one line. */
    shown?: string;
  }
}

/** States what a proof has shown, for `npm run prove` to print. */
export function shown({ task }: TestContext, line: string): void {
  task.meta.shown = line;
}

/** A count as a person reads it. */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString('en');
}
