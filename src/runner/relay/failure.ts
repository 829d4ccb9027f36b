import type { ErrorReport } from '../../probe/entry.ts';

/** Why a program cannot be run, in a reader's terms. */
export class Failure extends Error {
  readonly report: ErrorReport;

  constructor(report: ErrorReport) {
    super(report.message);
    this.report = report;
  }
}

/** A program that does not compile: what is wrong with it, and where. */
export class CompileFailure extends Failure {}
