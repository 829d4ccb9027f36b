/**
 * Reports what went wrong after something had succeeded, so that the success does not look like a failure: to the
 * application's own function, or to the console.
 */
export function report<E extends Error>(error: E, onError: ((error: E) => void) | undefined): void {
  try {
    if (onError === undefined) console.error(error);
    else onError(error);
  } catch (failed) {
    console.error(error, failed);
  }
}
