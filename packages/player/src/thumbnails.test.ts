import { expect, test } from "vitest";

import { parseThumbnails, thumbnailAt } from "./thumbnails";

const index = `WEBVTT

00:00:00.000 --> 00:00:02.000
0.webp#xywh=0,0,160,90

01:00:02.500 --> 01:00:04.000
1.webp#xywh=320,90,160,90
`;

test("an index tells which part of which sheet is shown when", () => {
  const found = parseThumbnails(index, "/media/g/p/pictures/s/index.vtt");
  expect(found).toEqual([
    {
      startSeconds: 0,
      sheetUrl: "/media/g/p/pictures/s/0.webp",
      x: 0,
      y: 0,
      width: 160,
      height: 90,
    },
    {
      startSeconds: 3602.5,
      sheetUrl: "/media/g/p/pictures/s/1.webp",
      x: 320,
      y: 90,
      width: 160,
      height: 90,
    },
  ]);
  expect(thumbnailAt(found, 3602.4)).toBe(found[0]);
  expect(thumbnailAt(found, 3602.5)).toBe(found[1]);
  expect(thumbnailAt(found, 3602.499999)).toBe(found[1]);
});

test.each(["", "WEBVTT\n", "not an index", "00:00:00.000 --> 00:00:01.000\nnothing"])(
  "nonsense (%j) gives no picture",
  (text) => {
    expect(parseThumbnails(text, "/index.vtt")).toEqual([]);
    expect(thumbnailAt([], 5)).toBeNull();
  },
);
