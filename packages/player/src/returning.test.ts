import { expect, test } from "vitest";

import { MOST_FAILURES, waitBeforeReturnMs, weightOf } from "./returning";

test("each wait is twice as long as the one before, up to four seconds", () => {
  const waits = [0, 1, 2, 3, 4, 9].map((attempt) => waitBeforeReturnMs(attempt, 1));
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 4_000, 4_000]);
});

test("chance takes up to half of it away", () => {
  expect(waitBeforeReturnMs(1, 0)).toBe(500);
  expect(waitBeforeReturnMs(1, 0.5)).toBe(750);
});

test("no server is met with patience, no picture with less, a refusal with none", () => {
  const weights = (["unreachable", "unsupported", "expired", "missing"] as const).map((kind) =>
    weightOf({ kind, technical: "" }),
  );
  expect(weights).toEqual([1, 10, MOST_FAILURES, MOST_FAILURES]);
});
