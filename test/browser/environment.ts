/** This process's environment as it was before Vitest: with its own marks, Astro would build and serve as for a test. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const { NODE_ENV: _, VITEST: __, ...rest } = process.env;
  return rest;
}
