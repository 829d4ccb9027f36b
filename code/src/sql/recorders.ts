import type { KeyRecorder, Recorder, SnapshotRecorder } from '../index.ts';

/** What one application has in a database. */
export interface Recorders {
  readonly recorder: Recorder;
  readonly snapshotRecorder: SnapshotRecorder;
  readonly keyRecorder: KeyRecorder;
}

/** The functions of a store that give out recorders, which are made once for each application. */
export function recordersBy(make: (application: string) => Recorders) {
  const made = new Map<string, Recorders>();
  const of = (application: string): Recorders => {
    const recorders = made.get(application) ?? make(application);
    made.set(application, recorders);
    return recorders;
  };
  return {
    recorder: (application: string) => of(application).recorder,
    snapshotRecorder: (application: string) => of(application).snapshotRecorder,
    keyRecorder: (application: string) => of(application).keyRecorder,
  };
}
