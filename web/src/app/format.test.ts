import { expect, test } from "vitest";

import {
  formatAge,
  formatBytes,
  formatCountry,
  formatDuration,
  formatPercent,
  formatRoughTime,
} from "./format";

test.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [1_234_567, "1.2 MB"],
  [123_456_789, "123 MB"],
  [4_200_000_000, "4.2 GB"],
])("%d bytes read %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test("a percentage is rounded down and stays within bounds", () => {
  expect([0.426, 0.999, 1.2, -1].map(formatPercent)).toEqual(["42%", "99%", "100%", "0%"]);
});

test.each([
  [0, "0s"],
  [30_000, "30s"],
  [596_000, "9m 56s"],
  [3_600_000, "1h"],
  [5_460_000, "1h 31m"],
])("%d milliseconds read %s", (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

test.each([
  [0, "1 sec"],
  [11, "15 sec"],
  [190, "3 min"],
  [3_590, "1 hr"],
  [5_400, "1 hr 30 min"],
])("%d seconds are about %s", (seconds, text) => {
  expect(formatRoughTime(seconds)).toBe(text);
});

test.each([
  [0, "now"],
  [59, "now"],
  [60, "1 minute ago"],
  [7_199, "1 hour ago"],
  [86_400, "yesterday"],
  [29 * 86_400, "29 days ago"],
  [-5, "now"],
])("%d seconds ago reads %s", (seconds, text) => {
  const now = Date.UTC(2026, 0, 31);
  expect(formatAge(new Date(now - seconds * 1000).toISOString(), now)).toBe(text);
});

test("a country reads as its reader calls it", () => {
  expect([formatCountry("DE", "en"), formatCountry("DE", "de")]).toEqual([
    "Germany",
    "Deutschland",
  ]);
});
