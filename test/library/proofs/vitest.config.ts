import { fileURLToPath } from 'node:url';
import { mergeConfig } from 'vitest/config';
import { globalSetup, library } from '../vitest.config.ts';

const LONGEST_PROOF_MS = 30 * 60_000;

/** The proofs as `npm run prove` runs them: in full, and one after the other, since each of them needs the machine. */
export default mergeConfig(library, {
  test: {
    name: 'proofs',
    globalSetup,
    include: ['**/proofs/*.test.ts'],
    env: { PROOF_COUNTS: 'full' },
    fileParallelism: false,
    testTimeout: LONGEST_PROOF_MS,
    reporters: [fileURLToPath(new URL('reporter.ts', import.meta.url))],
  },
});
