import { expect, test } from "vitest";

import { nearest } from "./rows";

const row = [0, 100, 200].map((left) => ({ left, width: 100 }));

test.each([
  [0, 100, 0],
  [110, 100, 1],
  [240, 60, 2],
  [900, 100, 2],
])("from something at %i of width %i one comes to number %i", (left, width, expected) => {
  expect(nearest(row, { left, width })).toBe(expected);
});
