/** What Vitest sets for itself and for the code that it tests. */
const OF_VITEST = /^(?:NODE_ENV|VITEST.*|TEST|BASE_URL|MODE|DEV|PROD|SSR)$/;

/** This process's environment as it was before Vitest: with its own marks, Astro would build and serve as for a test. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !OF_VITEST.test(name)));
}
