import { checkBounds, checkedLimit, type NotificationOptions, type SelectOptions } from '../index.ts';

/** The options of a selection as whole numbers that fit a 64-bit column. */
export interface Bounds {
  /** The least number, inclusive. */
  readonly from: number;
  /** The greatest number, inclusive. */
  readonly to: number;
  readonly limit: number;
}

/** The bounds of versions. */
export function versionBounds({ gt, lte, limit }: SelectOptions): Bounds {
  checkBounds(gt, lte);
  return { from: gt === undefined ? 0 : clamp(Math.floor(gt) + 1), to: upper(lte), limit: upper(checkedLimit(limit)) };
}

/** The bounds of positions. */
export function positionBounds({ start, stop, limit }: NotificationOptions): Bounds {
  checkBounds(start, stop);
  return {
    from: start === undefined ? 1 : clamp(Math.ceil(start)),
    to: upper(stop),
    limit: upper(checkedLimit(limit)),
  };
}

function upper(value: number | undefined): number {
  return value === undefined ? Number.MAX_SAFE_INTEGER : clamp(Math.floor(value));
}

function clamp(value: number): number {
  return Math.min(Math.max(value, -1), Number.MAX_SAFE_INTEGER);
}
