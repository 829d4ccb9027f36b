/** What compiled snippets import as `workbook:probe`. */
import type { Probe } from '../../probe/probe.ts';

declare const probe: Probe;
export default probe;
