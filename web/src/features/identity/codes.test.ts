import { expect, test } from "vitest";

import { digitsOf, formatUserCode, inGroups } from "./codes";

test.each([
  ["123 456", "123456"],
  ["12-34", "1234"],
  ["１２３", "123"],
  ["abc", ""],
])("the digits of %o are %o", (typed, digits) => {
  expect(digitsOf(typed)).toBe(digits);
});

test.each([
  ["wdjbmjht", "WDJB-MJHT"],
  [" wdjb mjht ", "WDJB-MJHT"],
  ["WDJB-", "WDJB"],
  ["wdjbm", "WDJB-M"],
  ["WDJB-MJHT-TOO-LONG", "WDJB-MJHT"],
  ["", ""],
])("the code %o is written %o", (typed, written) => {
  expect(formatUserCode(typed)).toBe(written);
});

test("keys are read in groups", () => {
  expect(inGroups("JBSWY3DPEHPK3PXPAB")).toBe("JBSW Y3DP EHPK 3PXP AB");
  expect(inGroups("")).toBe("");
});
