import type { ErrorReport } from '../../probe/entry.ts';

/** Why a program cannot be run, in a reader's terms. */
export class Failure extends Error {
  readonly report: ErrorReport;

  constructor(report: ErrorReport) {
    super(report.message);
    this.report = report;
  }
}

/** What a reader is told of an error that is not the program's. */
export function failureReport(error: unknown): ErrorReport {
  if (error instanceof Failure) return error.report;
  return unavailable(error instanceof Error ? error.message : String(error));
}

export function unavailable(message: string): ErrorReport {
  return { name: 'Stopped', code: 'RUN_UNAVAILABLE', message, frames: [] };
}
