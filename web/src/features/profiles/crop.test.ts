import { expect, test } from "vitest";

import { movedBy, sideOf, wholeOf, within } from "./crop";

const wide = { width: 400, height: 200 };

test("at first the middle of the photo is shown, as much of it as fits", () => {
  const crop = wholeOf(wide);
  expect(crop).toEqual({ x: 200, y: 100, zoom: 1 });
  expect(sideOf(wide, crop)).toBe(200);
});

test("the square never leaves the photo", () => {
  const crop = wholeOf(wide);
  expect(movedBy(wide, crop, 9, 9)).toEqual({ x: 300, y: 100, zoom: 1 });
  expect(movedBy(wide, crop, -9, 0)).toEqual({ x: 100, y: 100, zoom: 1 });
});

test("enlarged, there is room to move in both directions", () => {
  const near = within(wide, { x: 200, y: 100, zoom: 2 });
  expect(movedBy(wide, near, 0.5, 0.25)).toEqual({ x: 250, y: 125, zoom: 2 });
});

test.each([
  [0.2, 1],
  [9, 4],
])("zoom %s is taken as %s", (asked, taken) => {
  expect(within(wide, { x: 0, y: 0, zoom: asked }).zoom).toBe(taken);
});
