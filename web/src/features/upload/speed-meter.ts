const WINDOW_MS = 6_000;

/** Measures how fast bytes go, over the last few seconds. */
export class SpeedMeter {
  #samples: { atMs: number; bytes: number }[] = [];

  /** Note how many bytes have gone by now. */
  note(bytes: number, atMs: number): void {
    const last = this.#samples.at(-1);
    // After a break the server's count may be behind ours: begin afresh.
    if (last && bytes < last.bytes) this.#samples = [];
    this.#samples.push({ atMs, bytes });
    this.#samples = this.#samples.filter((sample) => atMs - sample.atMs <= WINDOW_MS);
  }

  reset(): void {
    this.#samples = [];
  }

  /** Bytes per second; null until there is enough to say. */
  bytesPerSecond(): number | null {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.atMs - first.atMs < 500) return null;
    return ((last.bytes - first.bytes) / (last.atMs - first.atMs)) * 1000;
  }
}
