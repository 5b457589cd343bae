import { expect, test } from "vitest";

import { bufferedRanges, bufferedSeconds } from "./buffer";

function at(currentTime: number, ...ranges: [startSeconds: number, endSeconds: number][]) {
  const buffered = {
    length: ranges.length,
    start: (index: number) => ranges[index]?.[0],
    end: (index: number) => ranges[index]?.[1],
  };
  return { currentTime, buffered } as unknown as HTMLMediaElement;
}

test("what lies ready is read from the element", () => {
  expect(bufferedRanges(at(0, [0, 4], [6, 8]))).toEqual([
    { startSeconds: 0, endSeconds: 4 },
    { startSeconds: 6, endSeconds: 8 },
  ]);
});

test.each([
  ["nothing lies ready", at(0), 0],
  ["in the midst of it", at(3, [0, 4], [6, 8]), 1],
  ["before a gap that is jumped over", at(5.95, [0, 4], [6, 8]), 2.05],
  ["in a gap", at(5, [0, 4], [6, 8]), 0],
  ["at the end of it", at(8, [0, 4], [6, 8]), 0],
])("%s", (_, video, seconds) => {
  expect(bufferedSeconds(video)).toBeCloseTo(seconds);
});
