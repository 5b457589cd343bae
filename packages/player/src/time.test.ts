import { expect, test } from "vitest";

import { clamp, clockTime } from "./time";

test.each([
  [0, "0:00"],
  [65.9, "1:05"],
  [29.999999, "0:30"],
  [600, "10:00"],
  [3609, "1:00:09"],
  [-3, "0:00"],
  [Number.NaN, "0:00"],
  [Infinity, "0:00"],
])("%d seconds read %s", (seconds, text) => {
  expect(clockTime(seconds)).toBe(text);
});

test("clamp keeps within bounds, and the lower bound wins", () => {
  expect([clamp(5, 0, 3), clamp(-1, 0, 3), clamp(2, 0, 3), clamp(2, 0, -1)]).toEqual([3, 0, 2, 0]);
});
