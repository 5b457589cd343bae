import { expect, test } from "vitest";

import { SpeedMeter } from "./speed-meter";

test("the speed is that of the last seconds only", () => {
  const meter = new SpeedMeter();
  meter.note(0, 0);
  expect(meter.bytesPerSecond()).toBeNull();
  meter.note(1000, 1000);
  expect(meter.bytesPerSecond()).toBe(1000);
  meter.note(1000, 10_000);
  meter.note(5000, 12_000);
  expect(meter.bytesPerSecond()).toBe(2000);
});

test("a count that falls behind, as after a break, begins afresh", () => {
  const meter = new SpeedMeter();
  meter.note(9000, 0);
  meter.note(4000, 1000);
  expect(meter.bytesPerSecond()).toBeNull();
  meter.note(5000, 2000);
  expect(meter.bytesPerSecond()).toBe(1000);
});
