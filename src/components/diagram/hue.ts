/** Hues that stay apart for most kinds of colour vision, in degrees of OKLCH. */
const hues = [205, 75, 320, 150, 265, 35];

/** An event type has the same colour wherever it appears: the hue follows from its name. */
export function hueOf(type: string): number {
  let sum = 0;
  for (const letter of type) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521;
  return hues[sum % hues.length] ?? 205;
}
