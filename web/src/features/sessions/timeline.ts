import type { SessionAnalytics } from "@streamverse/client";

type Point = readonly [atMs: number, value: number];

/** A figure over time, and the most that it came to. */
export interface Lane {
  readonly points: readonly Point[];
  readonly most: number;
}

export interface DrawnTimeline {
  readonly endMs: number;
  /** In steps: each bit rate holds until the next. */
  readonly bitrate: Lane;
  readonly buffer: Lane;
  /** Where the picture stood still for want of bytes. */
  readonly stalls: readonly Point[];
}

const STATES = new Set(["playing", "paused", "stalled", "seeking", "failed", "ended"]);

/** Sort the points of a timeline into what is drawn of them. */
export function drawTimeline(timeline: SessionAnalytics["timeline"]): DrawnTimeline {
  const endMs = Math.max(0, ...timeline.map((point) => point.at_ms));
  const valuesOf = (word: string): Point[] =>
    timeline
      .filter((point) => point.word === word)
      .map((point) => [point.at_ms, Number(point.value)]);
  const bitrates = valuesOf("bitrate");
  const steps = bitrates.flatMap(([at, value], index): Point[] => [
    [at, value],
    [bitrates[index + 1]?.[0] ?? endMs, value],
  ]);
  const states = timeline.filter((point) => STATES.has(point.word));
  const stalls = states.flatMap((state, index): Point[] =>
    state.word === "stalled" ? [[state.at_ms, states[index + 1]?.at_ms ?? endMs]] : [],
  );
  const stored = valuesOf("buffer");
  // At the press of play there is nothing yet.
  const buffer: Point[] = stored.length > 0 ? [[0, 0], ...stored] : [];
  return { endMs, bitrate: laneOf(steps), buffer: laneOf(buffer), stalls };
}

function laneOf(points: readonly Point[]): Lane {
  return { points, most: Math.max(1, ...points.map(([, value]) => value)) };
}
