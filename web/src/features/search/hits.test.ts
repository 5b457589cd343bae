import { expect, test } from "vitest";

import { addressOf, piecesOf } from "./hits";
import type { SearchHit } from "./queries";

test("a name without answers is one piece", () => {
  expect(piecesOf("Night Train", [])).toEqual([{ text: "Night Train", isLit: false }]);
});

test("pieces begin, stand between and end", () => {
  const spans = [
    { start: 0, end: 2 },
    { start: 6, end: 11 },
  ];
  expect(piecesOf("Night Train", spans)).toEqual([
    { text: "Ni", isLit: true },
    { text: "ght ", isLit: false },
    { text: "Train", isLit: true },
  ]);
});

test("a character outside the first plane counts as one", () => {
  expect(piecesOf("🎬 Film", [{ start: 2, end: 6 }])).toEqual([
    { text: "🎬 ", isLit: false },
    { text: "Film", isLit: true },
  ]);
});

test("what was found is where its kind is", () => {
  const hit = { id: "7", slug: "rainy-days" } as SearchHit;
  expect(addressOf({ ...hit, kind: "collection" })).toBe("/collections/rainy-days");
  expect(addressOf({ ...hit, kind: "bundle" })).toBe("/bundles/7");
  expect(addressOf({ ...hit, kind: "movie" })).toBe("/titles/7");
});
