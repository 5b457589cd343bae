import { expect, test } from "vitest";

import { forgetArrival, takeArrival, takeToken, tokenIn } from "./link-token";

test.each([
  ["#token=abc_-1", "abc_-1"],
  ["#other=1&token=abc", "abc"],
  ["#token=", null],
  ["#token=%20", null],
  ["#abc", null],
  ["", null],
])("the secret in %o is %o", (hash, token) => {
  expect(tokenIn(hash)).toBe(token);
});

test("the secret leaves the address, and is still known on its page alone", () => {
  window.history.replaceState(null, "", "/reset-password?a=1#token=secret");
  expect(takeToken()).toBe("secret");
  expect(window.location.hash).toBe("");
  expect(window.location.search).toBe("?a=1");
  expect(takeToken()).toBe("secret");
  window.history.replaceState(null, "", "/verify-email");
  expect(takeToken()).toBeNull();
  window.history.replaceState(null, "", "/verify-email#token=another");
  expect(takeToken()).toBe("another");
});

test("what another service's log-in came back with is taken until it is used", () => {
  window.history.replaceState(null, "", "/login?next=%2F#ticket=abc&methods=totp,passkey");
  const arrival = { ticket: "abc", methods: ["totp", "passkey"] };
  expect(takeArrival()).toEqual(arrival);
  expect(window.location.href).not.toContain("abc");
  expect(takeArrival()).toEqual(arrival);
  forgetArrival();
  expect(takeArrival()).toBeNull();
});
