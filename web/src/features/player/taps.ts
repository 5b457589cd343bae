const AGAIN_WITHIN_MS = 300;
const STEP_SECONDS = 10;
/** So much of the width on either side winds; between them nothing does. */
const SIDE = 0.35;

/** Fingers on the picture: the second tap on one side winds, and so does each one after it. */
export class Taps {
  #lastMs = -Infinity;
  #lastStep = 0;

  /** Take a tap at a part of the width; give by how many seconds it winds, or null for none. */
  take(fraction: number, nowMs: number): number | null {
    const step = fraction < SIDE ? -STEP_SECONDS : fraction > 1 - SIDE ? STEP_SECONDS : 0;
    const isAgain = step !== 0 && step === this.#lastStep && nowMs - this.#lastMs < AGAIN_WITHIN_MS;
    this.#lastMs = nowMs;
    this.#lastStep = step;
    return isAgain ? step : null;
  }
}
