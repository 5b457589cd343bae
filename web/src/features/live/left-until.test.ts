import { expect, test } from "vitest";

import { leftUntil } from "./left-until";

const AT = "2026-11-29T09:00:00Z";
const at = (instant: string) =>
  leftUntil(AT, Date.parse(instant))?.map(({ unit, value }) => `${value} ${unit}`);

test("what is left is split into days, hours, minutes and seconds", () => {
  expect(at("2026-11-27T07:58:55Z")).toEqual(["2 days", "1 hours", "1 minutes", "5 seconds"]);
  expect(at("2026-11-29T08:59:59.500Z")).toEqual(["0 hours", "0 minutes", "1 seconds"]);
});

test("nothing is left from the instant on", () => {
  expect(at(AT)).toBeUndefined();
  expect(at("2026-11-30T09:00:00Z")).toBeUndefined();
});
