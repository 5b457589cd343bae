import { expect, test } from "vitest";

import { type Box, nextBox } from "./arrow-keys";

// Three beside each other, and two beneath them in the middle of the gaps.
const boxes: Box[] = [
  [0, 0],
  [100, 0],
  [200, 0],
  [50, 100],
  [150, 100],
].map(([left = 0, top = 0]) => ({ left, top, width: 80, height: 80 }));

function at(index: number): Box {
  const box = boxes[index];
  if (box === undefined) throw new RangeError(`There is no box ${index}.`);
  return box;
}

test.each([
  [0, "ArrowRight", 1],
  [1, "ArrowRight", 2],
  [2, "ArrowRight", null],
  [2, "ArrowLeft", 1],
  [0, "ArrowDown", 3],
  [2, "ArrowDown", 4],
  [3, "ArrowUp", 0],
  [0, "ArrowUp", null],
  [0, "Enter", null],
])("from box %s, %s leads to %s", (from, key, to) => {
  expect(nextBox(boxes, at(from), key)).toBe(to);
});
