import { ApiProblem } from "@streamverse/client";
import { expect, test } from "vitest";

import { emptyPad, formatCountdown, mayEnter, padAfter, type PadState } from "./pin-pad";

function typed(digits: string, from: PadState = emptyPad): PadState {
  return Array.from(digits).reduce(
    (state, digit) => padAfter(state, { kind: "digit", digit }),
    from,
  );
}

function refusal(code: string, retryAfterSeconds: number | null = null): ApiProblem {
  return new ApiProblem({ status: 403, code, detail: "No." }, retryAfterSeconds);
}

test("digits are taken up to eight, and erased from the end", () => {
  const full = typed("123456789");
  expect(full.digits).toBe("12345678");
  expect(padAfter(full, { kind: "erase" }).digits).toBe("1234567");
  expect(padAfter(emptyPad, { kind: "erase" }).digits).toBe("");
});

test.each([
  ["", false],
  ["123", false],
  ["1234", true],
  ["12345678", true],
])("whether %j may be entered: %s", (digits, may) => {
  expect(mayEnter(typed(digits))).toBe(may);
});

test("a wrong PIN empties the pad and says so until the next digit", () => {
  const error = refusal("profiles.pin_wrong");
  const refused = padAfter(typed("1234"), { kind: "refused", error, nowMs: 0 });
  expect(refused).toEqual({ digits: "", problem: { kind: "wrong" }, pausedUntilMs: null });
  expect(typed("1", refused).problem).toBeNull();
});

test("too many wrong PINs pause the pad until the server takes one again", () => {
  const error = refusal("profiles.pin_paused", 30);
  const paused = padAfter(typed("1234"), { kind: "refused", error, nowMs: 1_000 });
  expect(paused).toEqual({ digits: "", problem: null, pausedUntilMs: 31_000 });
  expect(typed("1234", paused)).toEqual(paused);
  expect(mayEnter({ ...paused, digits: "1234" })).toBe(false);
  expect(padAfter(paused, { kind: "resumed" })).toEqual(emptyPad);
});

test("any other refusal is kept to be shown in the server's words", () => {
  const error = refusal("profiles.profile_not_found");
  const refused = padAfter(typed("1234"), { kind: "refused", error, nowMs: 0 });
  expect(refused.problem).toEqual({ kind: "other", error });
});

test.each([
  [5, "0:05"],
  [75, "1:15"],
  [3600, "60:00"],
])("%s seconds count down as %s", (seconds, shown) => {
  expect(formatCountdown(seconds)).toBe(shown);
});
