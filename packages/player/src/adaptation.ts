/** Which quality to fetch next: a rule of what the line carries and how much lies ready. */

/** One quality that may be fetched, picture and sound together, by its highest bit rate. */
export interface Rung {
  readonly bitrateBps: number;
}

/** What is known when the next piece is chosen. */
export interface Weather {
  /** What the line carries. */
  readonly bandwidthBps: number;
  /** How much there is to play before the picture stands still. */
  readonly bufferSeconds: number;
}

type Curve = readonly (readonly [bufferSeconds: number, share: number])[];

/** What share of the line a better quality may take: little while there is little to fall back on. */
const CLIMB: Curve = [
  [2, 0.3],
  [6, 0.55],
  [10, 0.75],
  [20, 0.9],
];
/** What share the present one may take before it is given up: a full buffer outlives a shower. */
const STAY: Curve = [
  [2, 0.6],
  [6, 0.8],
  [12, 0.95],
  [25, 1.25],
];

/** Choose what to fetch next; of rungs by rising bit rate, with the present one if there is one. */
export function chooseRung<R extends Rung>(
  rungs: readonly R[],
  present: R | null,
  { bandwidthBps, bufferSeconds }: Weather,
): R {
  const lowest = rungs[0];
  if (lowest === undefined) throw new Error("There is nothing to choose from.");
  const affordable = (curve: Curve) =>
    rungs.findLast(({ bitrateBps }) => bitrateBps <= bandwidthBps * along(curve, bufferSeconds)) ??
    lowest;
  const better = affordable(CLIMB);
  if (present === null || better.bitrateBps >= present.bitrateBps) return better;
  const kept = affordable(STAY);
  return kept.bitrateBps < present.bitrateBps ? kept : present;
}

function along(curve: Curve, at: number): number {
  let [before, low] = curve[0] ?? [0, 0];
  for (const [point, value] of curve) {
    if (at <= point)
      return point === before ? value : low + ((at - before) / (point - before)) * (value - low);
    [before, low] = [point, value];
  }
  return low;
}

interface Arrival {
  readonly startMs: number;
  readonly endMs: number;
  readonly sizeBytes: number;
}

/** Of so much time in which something was on its way, a short memory and a long one. */
const SHORT_MS = 3_000;
const LONG_MS = 12_000;
/** What came in less is a guess about the cache and not about the line. */
const LEAST_BYTES = 16_384;

/** What a line carries: all bytes that came, by the time in which any were on their way. */
export class Line {
  #arrivals: Arrival[] = [];

  /** Note some bytes that have come by now, and how long they took. */
  note(nowMs: number, tookMs: number, sizeBytes: number): void {
    this.#arrivals.push({ startMs: nowMs - tookMs, endMs: nowMs, sizeBytes });
    // More than the long memory holds, whatever comes in pieces of a tenth of a second.
    if (this.#arrivals.length > 400) this.#arrivals = this.#arrivals.slice(-300);
  }

  /** The less of what it carried lately and for longer; null while too little has come. */
  bandwidthBps(): number | null {
    const total = this.#arrivals.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    if (total < LEAST_BYTES) return null;
    return Math.min(this.#carried(SHORT_MS), this.#carried(LONG_MS));
  }

  #carried(mostMs: number): number {
    let busyMs = 0;
    let sizeBytes = 0;
    let reachedMs = Infinity;
    for (const arrival of this.#arrivals.toReversed()) {
      // Picture and sound come side by side: their common time counts once.
      const endMs = Math.min(arrival.endMs, reachedMs);
      busyMs += Math.max(0, endMs - arrival.startMs);
      sizeBytes += arrival.sizeBytes;
      reachedMs = Math.min(reachedMs, arrival.startMs);
      if (busyMs >= mostMs) break;
    }
    return (sizeBytes * 8_000) / Math.max(1, busyMs);
  }
}
