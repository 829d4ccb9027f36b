import { checkApplicationName } from '../index.ts';

/** The names of the tables of an application. */
export interface Tables {
  readonly application: string;
  readonly events: string;
  readonly snapshots: string;
  readonly keys: string;
  readonly positions: string;
  readonly parked: string;
}

/** @throws {ArgumentError} if the name of the application cannot be part of those of its tables. */
export function tablesOf(application: string): Tables {
  checkApplicationName(application);
  return {
    application,
    events: `${application}_events`,
    snapshots: `${application}_snapshots`,
    keys: `${application}_keys`,
    positions: `${application}_positions`,
    parked: `${application}_parked`,
  };
}
