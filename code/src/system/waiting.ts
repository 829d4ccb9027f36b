/** Resolves after a time. */
export async function sleep(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * Waits for something, for as long as it comes forward.
 *
 * @param progress changes whenever it does.
 * @param patience for how many milliseconds it may not.
 * @returns whether it's done.
 */
export async function whileItMoves(done: Promise<void>, progress: () => number, patience: number): Promise<boolean> {
  for (;;) {
    const before = progress();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const pause = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), patience);
    });
    const isDone = await Promise.race([done.then(() => true), pause]).finally(() => clearTimeout(timer));
    if (isDone) return true;
    if (progress() === before) return false;
  }
}
