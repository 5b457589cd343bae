/** How near to the edge of a stream one can play without a stop. */

/** So much is in hand when the next part is about to come: what a line and a busy device need. */
export const WANTED_AHEAD_SECONDS = 0.9;
/** Less than half of that is too little, and is mended at once. */
const TOO_LITTLE_SECONDS = WANTED_AHEAD_SECONDS / 2;
/** More is given up only where a while has shown that it is not needed. */
const LOOKED_AT_MS = 8000;
/** What is in hand just after the beginning says nothing yet; then one may be anywhere. */
const WARMING_UP_MS = 2000;
const FIRST_LOOK_MS = 3000;
const TOLERANCE_SECONDS = 0.1;

/** A delay, and the least and the most that it may become. */
export interface DelayBounds {
  readonly start: number;
  readonly least: number;
  readonly most: number;
}

/**
 * Finds the delay at which something is always in hand, whatever a delay is counted from: clocks
 * may be wrong, what has been played cannot be.
 */
export class EdgeKeeper {
  readonly #bounds: DelayBounds;
  #delay: number;
  #least = Infinity;
  #sinceMs: number | null = null;
  #beganMs: number | null = null;
  #lookMs = FIRST_LOOK_MS;

  constructor(bounds: DelayBounds) {
    this.#bounds = bounds;
    this.#delay = bounds.start;
  }

  /** Begin to look anew, as after a stop or a jump. */
  reset(): void {
    this.#least = Infinity;
    this.#sinceMs = null;
  }

  /** Take how much is in hand at a moment; give the delay that is to be kept, where it changes. */
  take(aheadSeconds: number, nowMs: number): number | null {
    this.#beganMs ??= nowMs;
    if (nowMs - this.#beganMs < WARMING_UP_MS) return null;
    this.#sinceMs ??= nowMs;
    this.#least = Math.min(this.#least, aheadSeconds);
    const isTooLittle = this.#least < TOO_LITTLE_SECONDS;
    if (!isTooLittle && nowMs - this.#sinceMs < this.#lookMs) return null;
    this.#lookMs = LOOKED_AT_MS;
    const wrongBy = WANTED_AHEAD_SECONDS - this.#least;
    this.reset();
    const delay = Math.min(this.#bounds.most, Math.max(this.#bounds.least, this.#delay + wrongBy));
    if (Math.abs(wrongBy) < TOLERANCE_SECONDS || delay === this.#delay) return null;
    this.#delay = delay;
    return delay;
  }
}
