/** After so long without a line it is said that there is none. */
const ENDURED_MS = 5 * 60_000;
const TRY_AGAIN_AFTER_MS = 1_500;

/** A line that is lost while a film plays: tried again and again, but not for ever. */
export class Outage {
  readonly #tryAgain: () => void;
  #sinceMs: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tryAgain: () => void) {
    this.#tryAgain = tryAgain;
  }

  get isOn(): boolean {
    return this.#sinceMs !== null;
  }

  /** Hear that nothing came, and try again soon; false when it has lasted too long. */
  endures(nowMs: number): boolean {
    clearTimeout(this.#timer);
    this.#sinceMs ??= nowMs;
    if (nowMs - this.#sinceMs >= ENDURED_MS) return false;
    this.#timer = setTimeout(this.#tryAgain, TRY_AGAIN_AFTER_MS);
    return true;
  }

  /** Something came, or nobody waits any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#sinceMs = null;
  }
}
