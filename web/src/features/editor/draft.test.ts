import { describe, expect, it } from "vitest";

import { changesOf, instantOf, localOf, namesIn, pairsIn, timeIn, timeOf, whole } from "./draft";

describe("the draft of a title", () => {
  it("holds only what is changed", () => {
    const before = whole({ name: "One", genres: ["Drama"], year: 2000 });
    expect(changesOf(before, { ...before })).toEqual({});
    expect(changesOf(before, { ...before, genres: ["Drama", "Crime"], year: null })).toEqual({
      genres: ["Drama", "Crime"],
      year: null,
    });
  });

  it("reads lists and pairs as people write them", () => {
    expect(namesIn(" Drama,, Film noir ,")).toEqual(["Drama", "Film noir"]);
    expect(pairsIn("de: FSK 12\n\nUS: PG: 13")).toEqual({ DE: "FSK 12", US: "PG: 13" });
  });

  it.each([
    ["0:00", 0],
    ["1:30", 90_000],
    ["1:02:03", 3_723_000],
    ["90", 90_000],
    ["1:30.5", 90_500],
    ["soon", null],
    ["1:99", null],
    ["", null],
  ])("reads the time %s", (text, expected) => {
    expect(timeIn(text)).toBe(expected);
  });

  it("writes times so that they are read again", () => {
    for (const milliseconds of [0, 5_000, 90_500, 3_723_000]) {
      expect(timeIn(timeOf(milliseconds))).toBe(milliseconds);
    }
    expect(instantOf(localOf("2027-01-01T12:30:00.000Z"))).toBe("2027-01-01T12:30:00.000Z");
    expect(localOf(null)).toBe("");
    expect(instantOf("")).toBeNull();
  });
});
