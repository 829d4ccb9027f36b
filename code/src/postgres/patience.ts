/** A wait is counted in this many parts. */
const PARTS = 10;

/**
 * Calls back after a time in which this process was listening. A process that is busy with itself hears no answer, and
 * must not blame the other side for that: however long it was busy, it counts as one part of the wait.
 *
 * @returns stops the wait.
 */
export function patiently(milliseconds: number, onEnd: () => void): () => void {
  let left = PARTS;
  const part = Math.ceil(milliseconds / PARTS);
  const next = () => {
    left -= 1;
    if (left > 0) timer = setTimeout(next, part);
    else onEnd();
  };
  let timer = setTimeout(next, part);
  return () => clearTimeout(timer);
}
