import { expect, test } from "vitest";

import { partsOf, pictureBytes } from "./weights";

const weights = {
  source_bytes: 50,
  h264_bytes: 30,
  hevc_bytes: 0,
  av1_bytes: 10,
  sound_bytes: 10,
  pictures_bytes: 0,
  other_bytes: 0,
  total_bytes: 100,
};

test("a chart shows what there is, in order and by its share", () => {
  expect(partsOf(weights)).toEqual([
    { kind: "source", sizeBytes: 50, share: 0.5 },
    { kind: "h264", sizeBytes: 30, share: 0.3 },
    { kind: "av1", sizeBytes: 10, share: 0.1 },
    { kind: "sound", sizeBytes: 10, share: 0.1 },
  ]);
});

test("an empty store has no parts", () => {
  const empty = Object.fromEntries(Object.keys(weights).map((name) => [name, 0]));
  expect(partsOf(empty as typeof weights)).toEqual([]);
});

test("the picture tracks of all codecs count together", () => {
  expect(pictureBytes(weights)).toBe(40);
});
