import { expect, test } from "vitest";

import { pathOf } from "./line-path";

test("a line goes from value to value, the highest above", () => {
  const points = [
    [1000, 1],
    [2000, 3],
    [3000, 2],
  ] as const;
  expect(pathOf(points)).toBe("M0.0 114.0L300.0 6.0L600.0 60.0");
});

test("where nothing is known the line is interrupted", () => {
  const points = [
    [0, 1],
    [1, null],
    [2, 3],
  ] as const;
  expect(pathOf(points)).toBe("M0.0 114.0M600.0 6.0");
});

test("what never changes is drawn in the middle, and nothing is no line", () => {
  expect(pathOf([[0, 5]])).toBe("M0.0 60.0");
  expect(pathOf([])).toBe("");
});
