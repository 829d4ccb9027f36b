import type { TestProject } from 'vitest/node';
import { openTestDatabase } from '../../../src/support/test-database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A database in which the tests may make schemas, on a server on which they may make databases. */
    postgresUrl: string;
  }
}

/** One PostgreSQL server for all tests of a run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, end } = await openTestDatabase();
  project.provide('postgresUrl', url);
  return end;
}
