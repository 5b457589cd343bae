import { expect, test } from "vitest";

import { browseSearch, loginSearch, wantedSearch } from "./search";

test.each([
  [{ q: "bunny" }, { q: "bunny" }],
  [{ q: 2008 }, { q: "2008" }],
  [{ q: "  " }, {}],
  [{ q: ["a"] }, {}],
  [{ other: "x" }, {}],
  [{ kind: ["movie", "planet"] }, { kind: ["movie"] }],
  [
    { genre: "Drama", decade: [1990, "x"] },
    { genre: ["Drama"], decade: [1990] },
  ],
  [{ language: [] }, {}],
])("search reads %j as %j", (search, read) => {
  expect(wantedSearch(search)).toEqual(read);
});

test.each([
  [{ next: "/people" }, { next: "/people" }],
  [{ next: "https://evil.example/" }, {}],
  [{ next: "/" }, {}],
  [{}, {}],
])("log-in reads %j as %j", (search, read) => {
  expect(loginSearch(search)).toEqual(read);
});

test("a tag of digits alone is a tag, and one with a comma is whole", () => {
  expect(browseSearch({ tag: 1989 })).toEqual({ tag: "1989" });
  expect(browseSearch({ tag: "rain, snow" })).toEqual({ tag: "rain, snow" });
});
