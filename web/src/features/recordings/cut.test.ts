import { expect, test } from "vitest";

import { exactTime, playedRange, share, withStart, withStop } from "./cut";

const cut = {
  instants_ms: [0, 2000, 4000, 6000, 7500],
  parts: [
    { start: 1, stop: 2 },
    { start: 3, stop: 4 },
  ],
};

test("what is played goes from its first part to its last", () => {
  expect(playedRange(cut)).toEqual({ start: 1, stop: 4 });
});

test.each([
  [{ start: 0, stop: 3 }, 2, { start: 2, stop: 3 }],
  // A start behind the end takes the end along.
  [{ start: 0, stop: 2 }, 3, { start: 3, stop: 4 }],
  // There is nothing behind the end.
  [{ start: 0, stop: 2 }, 4, { start: 0, stop: 2 }],
])("%o that starts at %i", (range, start, expected) => {
  expect(withStart(cut, range, start)).toEqual(expected);
});

test.each([
  [{ start: 1, stop: 4 }, 2, { start: 1, stop: 2 }],
  [{ start: 3, stop: 4 }, 2, { start: 0, stop: 2 }],
  [{ start: 1, stop: 4 }, 0, { start: 1, stop: 4 }],
])("%o that ends at %i", (range, stop, expected) => {
  expect(withStop(range, stop)).toEqual(expected);
});

test.each([
  [0, "0:00.000"],
  [61_005, "1:01.005"],
  [3_723_004, "1:02:03.004"],
])("%i ms are said exactly", (milliseconds, said) => {
  expect(exactTime(milliseconds)).toBe(said);
});

test("places lie where their time is", () => {
  expect([0, 3, 4].map((place) => share(cut, place))).toEqual([0, 0.8, 1]);
});
