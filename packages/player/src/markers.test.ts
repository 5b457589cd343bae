import { expect, test } from "vitest";

import { chapterAt, offerFrom, skippableAt } from "./markers";
import type { Marker } from "./state";

const intro: Marker = { kind: "intro", startSeconds: 10, endSeconds: 40, label: "" };
const credits: Marker = { kind: "credits", startSeconds: 500, endSeconds: 600, label: "" };
const scene: Marker = { ...credits, endSeconds: 590 };
const first: Marker = { kind: "chapter", startSeconds: 0, endSeconds: 200, label: "One" };
const second: Marker = { kind: "chapter", startSeconds: 200, endSeconds: 600, label: "Two" };
const all = [first, intro, second, credits];

test.each([
  [9.9, null],
  [10, intro],
  [38.9, intro],
  [39, null],
  [300, null],
  [550, null],
])("at %d s what may be skipped is %j", (seconds, marker) => {
  expect(skippableAt(all, seconds, 600)).toEqual(marker);
});

test("credits are skipped for the scene after them", () => {
  expect(skippableAt([scene], 550, 600)).toEqual(scene);
  expect(offerFrom([scene], 600)).toBe(585);
});

test.each([
  [0, first],
  [199.9, first],
  [200, second],
  [600, null],
])("at %d s the chapter is %j", (seconds, marker) => {
  expect(chapterAt(all, seconds)).toEqual(marker);
});

test("what comes next is offered at the last credits, or shortly before the end", () => {
  expect([offerFrom(all, 600), offerFrom([intro], 600), offerFrom([], 30)]).toEqual([500, 585, 30]);
});
