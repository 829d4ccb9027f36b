import type { ErrorReport } from './entry.ts';

/** The line that stands for an error in consoles and recordings: `Name [CODE]: message`. */
export function renderError(report: Pick<ErrorReport, 'name' | 'code' | 'message'>): string {
  const name = report.code === undefined ? report.name : `${report.name} [${report.code}]`;
  return report.message === '' ? name : `${name}: ${report.message}`;
}

/** Where an error happened: the innermost frame that is the reader's. */
export function place(frames: ErrorReport['frames']): ErrorReport['at'] {
  const [first] = frames;
  return first && { fence: first.fence, line: first.line, column: first.column };
}
