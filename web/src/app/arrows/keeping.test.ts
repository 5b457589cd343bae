import { expect, test } from "vitest";

import type { Direction } from "./geometry";
import { keeps } from "./keeping";

const SIDES: readonly Direction[] = ["left", "right", "up", "down"];

function kept(html: string, caret?: number, isLed = false): Direction[] {
  document.body.innerHTML = html;
  const element = document.body.querySelector("[data-at]") ?? document.body.firstElementChild;
  if (element === null) throw new RangeError("There is nothing to try.");
  if (caret !== undefined && "setSelectionRange" in element) {
    (element as HTMLInputElement).setSelectionRange(caret, caret);
  }
  return SIDES.filter((side) => keeps(element, side, isLed));
}

test.each([
  ['<a href="/">Home</a>', []],
  ["<button>Play</button>", []],
  ['<input type="checkbox">', []],
  ['<input type="radio">', SIDES],
  ['<input type="range">', ["left", "right"]],
  ['<input type="number">', SIDES],
  ['<input type="date">', SIDES],
  ["<select></select>", ["up", "down"]],
  ['<ul role="menu"><li data-at></li></ul>', SIDES],
  ['<div role="slider"></div>', SIDES],
  ['<div contenteditable="true"></div>', SIDES],
])("%s keeps %j", (html, sides) => {
  expect(kept(html)).toEqual(sides);
});

test.each([
  ['<input type="radio">', []],
  ['<input type="number">', []],
  ['<input type="date">', []],
  ["<select></select>", []],
  ['<input type="range">', ["left", "right"]],
  ['<div role="slider"></div>', ["left", "right"]],
])("whoever is led by arrows passes %s but for %j", (html, sides) => {
  expect(kept(html, undefined, true)).toEqual(sides);
});

test("a line of text keeps what moves the caret in it", () => {
  const field = '<input type="text" value="abc">';
  expect(kept(field, 0)).toEqual(["right"]);
  expect(kept(field, 1)).toEqual(["left", "right"]);
  expect(kept(field, 3)).toEqual(["left"]);
});

test("from right to left the caret goes the other way", () => {
  const field = '<input type="text" value="abc" style="direction: rtl">';
  expect(kept(field, 0)).toEqual(["left"]);
  expect(kept(field, 3)).toEqual(["right"]);
});

test("several lines of text keep the keys until their very end", () => {
  const field = "<textarea>ab\nc</textarea>";
  expect(kept(field, 0)).toEqual(["right", "down"]);
  expect(kept(field, 2)).toEqual(SIDES);
  expect(kept(field, 4)).toEqual(["left", "up"]);
});
