import { expect, test } from "vitest";

import { Taps } from "./taps";

test("two taps on one side wind, and each one more winds on", () => {
  const taps = new Taps();
  expect([taps.take(0.9, 0), taps.take(0.9, 200), taps.take(0.8, 400)]).toEqual([null, 10, 10]);
  expect([taps.take(0.1, 450), taps.take(0.2, 600)]).toEqual([null, -10]);
});

test("slow taps, taps on two sides and taps in the middle wind nothing", () => {
  const taps = new Taps();
  expect([taps.take(0.9, 0), taps.take(0.9, 400)]).toEqual([null, null]);
  expect([taps.take(0.1, 500), taps.take(0.9, 600)]).toEqual([null, null]);
  expect([taps.take(0.5, 1000), taps.take(0.5, 1100)]).toEqual([null, null]);
});
