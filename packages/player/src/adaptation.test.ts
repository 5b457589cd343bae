import { expect, test } from "vitest";

import { chooseRung, Line } from "./adaptation";

const low = { bitrateBps: 500_000 };
const middle = { bitrateBps: 1_500_000 };
const high = { bitrateBps: 4_000_000 };
const rungs = [low, middle, high];

test.each([
  ["nothing is buffered on a slow line", null, 1_000_000, 0, low],
  ["nothing is buffered on a fast line", null, 20_000_000, 0, high],
  ["a line that just carries it is not enough at first", low, 2_000_000, 2, low],
  ["it is with much in hand", low, 2_000_000, 20, middle],
  ["the line has become slower and little is left", high, 3_000_000, 4, middle],
  ["the line has become slower and much is left", high, 3_500_000, 25, high],
  ["the line is gone", high, 1_000, 25, low],
  ["the buffer runs out", middle, 1_600_000, 1, low],
  ["all is well", middle, 2_000_000, 12, middle],
])("%s", (_name, present, bandwidthBps, bufferSeconds, chosen) => {
  expect(chooseRung(rungs, present, { bandwidthBps, bufferSeconds })).toBe(chosen);
});

test("with more in hand nobody chooses less", () => {
  for (const present of [null, ...rungs]) {
    for (let bandwidthBps = 100_000; bandwidthBps < 12_000_000; bandwidthBps *= 1.3) {
      let before = 0;
      for (let bufferSeconds = 0; bufferSeconds < 40; bufferSeconds += 0.5) {
        const { bitrateBps } = chooseRung(rungs, present, { bandwidthBps, bufferSeconds });
        expect(bitrateBps).toBeGreaterThanOrEqual(before);
        before = bitrateBps;
      }
    }
  }
});

test("there must be something to choose from", () => {
  expect(() => chooseRung([], null, { bandwidthBps: 1, bufferSeconds: 1 })).toThrow();
});

test("a line knows nothing until enough has come", () => {
  const line = new Line();
  line.note(100, 100, 10_000);
  expect(line.bandwidthBps()).toBeNull();
  line.note(200, 100, 10_000);
  expect(line.bandwidthBps()).toBe(800_000);
});

test("what comes side by side counts together, and pauses do not count", () => {
  const line = new Line();
  line.note(1_000, 1_000, 100_000);
  line.note(1_000, 1_000, 25_000);
  line.note(60_000, 1_000, 125_000);
  expect(line.bandwidthBps()).toBe(1_000_000);
});

test("a line that has become slower is believed at once, a faster one after a while", () => {
  const line = new Line();
  for (let second = 1; second <= 12; second += 1) line.note(second * 1_000, 1_000, 500_000);
  for (let second = 13; second <= 15; second += 1) line.note(second * 1_000, 1_000, 50_000);
  expect(line.bandwidthBps()).toBe(400_000);
  for (let second = 16; second <= 18; second += 1) line.note(second * 1_000, 1_000, 500_000);
  expect(line.bandwidthBps()).toBeLessThan(3_200_000);
});
