import { describe, expect, test } from "vitest";

import { around, type Box, common, type Direction, directionOf, nextBox } from "./geometry";

function box(left: number, top: number, width = 80, height = 80): Box {
  return { left, top, width, height };
}

function walk(boxes: readonly Box[], from: number, direction: Direction): number | null {
  const at = boxes[from];
  if (at === undefined) throw new RangeError(`There is no box ${from}.`);
  return nextBox(boxes, at, direction);
}

test.each([
  ["ArrowLeft", "left"],
  ["ArrowDown", "down"],
  ["Enter", null],
])("the key %s leads %s", (key, direction) => {
  expect(directionOf(key)).toBe(direction);
});

describe("three beside each other, and two beneath them in the middle of the gaps", () => {
  const boxes = [box(0, 0), box(100, 0), box(200, 0), box(50, 100), box(150, 100)];
  test.each<[number, Direction, number | null]>([
    [0, "right", 1],
    [1, "right", 2],
    [2, "right", null],
    [2, "left", 1],
    [0, "down", 3],
    [2, "down", 4],
    [3, "up", 0],
    [0, "up", null],
  ])("from %i, %s leads to %s", (from, direction, to) => {
    expect(walk(boxes, from, direction)).toBe(to);
  });
});

test("the end of a row is the end: no other row is longer", () => {
  const boxes = [box(0, 0), box(0, 100), box(100, 100)];
  expect(walk(boxes, 0, "right")).toBe(null);
});

test("a row of one is come to from far aside", () => {
  const boxes = [box(0, 0), box(900, 0), box(0, 200)];
  expect(walk(boxes, 1, "down")).toBe(2);
  expect(walk(boxes, 2, "up")).toBe(0);
});

test("what lies a little lower in the same row is not beneath", () => {
  const picture = box(0, 0, 200, 120);
  const boxes = [picture, box(220, 10, 300, 24), box(0, 140, 200, 120), box(220, 150, 300, 24)];
  expect(walk(boxes, 1, "down")).toBe(3);
  expect(walk(boxes, 0, "down")).toBe(2);
  expect(walk(boxes, 0, "right")).toBe(1);
  expect(walk(boxes, 1, "left")).toBe(0);
});

test("rather straight ahead than aslant, unless that is much nearer", () => {
  const [from, aslant] = [box(0, 0, 80, 20), box(400, 40, 80, 20)];
  expect(nextBox([aslant, box(0, 90, 80, 20)], from, "down")).toBe(1);
  expect(nextBox([aslant, box(0, 900, 80, 20)], from, "down")).toBe(0);
});

test("a button on the edge of a tile is on the way along the row", () => {
  const boxes = [box(0, 0, 300, 200), box(250, 150, 44, 44), box(320, 0, 300, 200)];
  expect(walk(boxes, 0, "right")).toBe(1);
  expect(walk(boxes, 1, "right")).toBe(2);
  expect(walk(boxes, 1, "left")).toBe(0);
});

test("lines that touch are rows of their own", () => {
  const boxes = [box(0, 0, 100, 24), box(0, 22, 300, 24)];
  expect(walk(boxes, 0, "right")).toBe(null);
  expect(walk(boxes, 0, "down")).toBe(1);
});

test("boxes are put together and cut", () => {
  expect(around([box(0, 10), box(200, 0)])).toEqual(box(0, 0, 280, 90));
  expect(common(box(0, 0), box(60, 40))).toEqual(box(60, 40, 20, 40));
  expect(common(box(0, 0), box(80, 0))).toBe(null);
});
