import type { ErrorReport } from '../../probe/entry.ts';

/** A program that does not compile: what is wrong with it, and where. */
export class CompileFailure extends Error {
  readonly report: ErrorReport;

  constructor(report: ErrorReport) {
    super(report.message);
    this.report = report;
  }
}
