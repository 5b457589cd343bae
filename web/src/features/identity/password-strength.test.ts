import { expect, test } from "vitest";

import { strengthOf } from "./password-strength";

test.each([
  ["", "short"],
  ["Ab1!xyz", "short"],
  ["👍👍👍👍", "short"],
  ["12345678", "weak"],
  ["aaaaaaaaaaaaaaaa", "weak"],
  ["abcdefghijklmnop", "weak"],
  ["wordword", "weak"],
  ["kitchenrain", "fair"],
  ["Kitchen-rain7", "good"],
  ["a long enough password", "good"],
  ["otter lamp seven fjord", "strong"],
] as const)("%o is %s", (password, strength) => {
  expect(strengthOf(password)).toBe(strength);
});
