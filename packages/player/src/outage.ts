/** After so long without a line it is said that there is none. */
const ENDURED_MS = 5 * 60_000;
const TRY_AGAIN_AFTER_MS = 1_500;

/** A line that is lost while a film plays: tried again and again, but not for ever. */
export class Outage {
  readonly #tryAgain: () => void;
  readonly #onChange: (isOn: boolean) => void;
  #sinceMs: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tryAgain: () => void, onChange: (isOn: boolean) => void) {
    this.#tryAgain = tryAgain;
    this.#onChange = onChange;
  }

  get isOn(): boolean {
    return this.#sinceMs !== null;
  }

  /** Hear that nothing came, and try again soon; false when it has lasted too long. */
  endures(nowMs: number): boolean {
    clearTimeout(this.#timer);
    if (this.#sinceMs === null) this.#onChange(true);
    this.#sinceMs ??= nowMs;
    if (nowMs - this.#sinceMs >= ENDURED_MS) return false;
    this.#timer = setTimeout(this.#tryAgain, TRY_AGAIN_AFTER_MS);
    return true;
  }

  /** Somebody thinks that the line is back: try at once. */
  hurry(): void {
    if (!this.isOn) return;
    clearTimeout(this.#timer);
    this.#tryAgain();
  }

  /** Something came, or nobody waits any more. */
  end(): void {
    clearTimeout(this.#timer);
    if (this.isOn) this.#onChange(false);
    this.#sinceMs = null;
  }
}
