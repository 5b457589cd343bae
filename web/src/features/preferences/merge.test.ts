import { expect, test } from "vitest";

import { joinPatches, type Json, type JsonObject, mergePatch } from "./merge";

// From RFC 7396, appendix A.
test.each<[Json, Json, Json]>([
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [
    ["a", "b"],
    ["c", "d"],
    ["c", "d"],
  ],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: "b", c: null }, { a: "b" }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])("%j patched with %j is %j", (target, patch, merged) => {
  expect(mergePatch(target, patch)).toEqual(merged);
});

test("merging changes neither of the two", () => {
  const target = { a: { b: 1 } };
  mergePatch(target, { a: { b: 2 } });
  expect(target).toEqual({ a: { b: 1 } });
});

test.each<[JsonObject, JsonObject]>([
  [{ a: { b: 1 } }, { a: { c: 2 } }],
  [{ a: { b: 1 } }, { a: { b: null } }],
  [{ a: { b: 1 } }, { a: null }],
  [{ list: ["de"] }, { list: ["en", "de"] }],
])("%j and then %j do the same as one patch", (first, second) => {
  const target = { a: { b: 0, d: 4 }, list: [] };
  const joined = joinPatches(first, second) ?? {};
  expect(mergePatch(target, joined)).toEqual(mergePatch(mergePatch(target, first), second));
});

test("no patch both takes away and puts in", () => {
  expect(joinPatches({ a: null }, { a: { b: 1 } })).toBeNull();
  expect(joinPatches({ x: { a: null } }, { x: { a: { b: 1 } } })).toBeNull();
});
