/** Marks lines of a page's fences as wrong. */
export interface Marks {
  /** Marks a line of a fence as wrong, wherever it stands on the page. */
  markError(fence: string, line: number): void;
  clearErrors(): void;
  onMark(fence: string, listener: (lines: readonly number[]) => void): void;
}

export function createMarks(): Marks {
  const listeners = new Map<string, (lines: readonly number[]) => void>();
  const marks = new Map<string, Set<number>>();
  /** Fences whose marks have changed: a run can report hundreds of errors at once. */
  const changed = new Set<string>();
  let frame = 0;

  const show = () => {
    frame = 0;
    for (const fence of changed) listeners.get(fence)?.([...(marks.get(fence) ?? [])]);
    changed.clear();
  };
  return {
    markError(fence, line) {
      marks.set(fence, (marks.get(fence) ?? new Set()).add(line));
      changed.add(fence);
      frame ||= requestAnimationFrame(show);
    },
    clearErrors() {
      for (const fence of marks.keys()) changed.add(fence);
      marks.clear();
      cancelAnimationFrame(frame);
      show();
    },
    onMark: (fence, listener) => listeners.set(fence, listener),
  };
}
