import { expect, test } from "vitest";

import { drawTimeline } from "./timeline";

test("a timeline is drawn in steps, and where it waited", () => {
  const drawn = drawTimeline([
    { at_ms: 0, word: "bitrate", value: 1_000_000 },
    { at_ms: 300, word: "playing", value: 0 },
    { at_ms: 4000, word: "stalled", value: 3700 },
    { at_ms: 4500, word: "buffer", value: 900 },
    { at_ms: 6000, word: "playing", value: 3700 },
    { at_ms: 6000, word: "bitrate", value: 500_000 },
    { at_ms: 9000, word: "stalled", value: 6700 },
    { at_ms: 9500, word: "failed", value: "unreachable" },
  ]);
  expect(drawn).toEqual({
    endMs: 9500,
    bitrate: {
      points: [
        [0, 1_000_000],
        [6000, 1_000_000],
        [6000, 500_000],
        [9500, 500_000],
      ],
      most: 1_000_000,
    },
    buffer: {
      points: [
        [0, 0],
        [4500, 900],
      ],
      most: 900,
    },
    stalls: [
      [4000, 6000],
      [9000, 9500],
    ],
  });
});

test("a player that told nothing has nothing to draw", () => {
  expect(drawTimeline([])).toEqual({
    endMs: 0,
    bitrate: { points: [], most: 1 },
    buffer: { points: [], most: 1 },
    stalls: [],
  });
});
