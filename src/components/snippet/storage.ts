/**
 * Works with the browser's storage, which can be full, switched off or forbidden. The page does without it then: what
 * would be kept lives as long as the page, and so the reader is not bothered.
 */
export function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    console.info('Nothing can be kept in this browser:', error);
    return undefined;
  }
}

/** The browser's storage, or nothing where it is switched off. */
export const browserStorage = (): Storage | undefined => quietly(() => localStorage);
