import { expect, test } from "vitest";

import { appended, moved, without } from "./ordering";

const list = ["de", "en", "fr"];

test.each([
  [0, 1, ["en", "de", "fr"]],
  [2, 0, ["fr", "de", "en"]],
  [0, -1, list],
  [2, 3, list],
  [7, 0, list],
])("moving %s to %s gives %j", (from, to, expected) => {
  expect(moved(list, from, to)).toEqual(expected);
});

test("a language comes last, once, and not as the ninth", () => {
  expect(appended(list, "it")).toEqual(["de", "en", "fr", "it"]);
  expect(appended(list, "en")).toEqual(list);
  expect(appended(list, "")).toEqual(list);
  const full = ["a", "b", "c", "d", "e", "f", "g", "h"];
  expect(appended(full, "i")).toEqual(full);
});

test("what is taken out leaves the others in their order", () => {
  expect(without(list, "en")).toEqual(["de", "fr"]);
});
