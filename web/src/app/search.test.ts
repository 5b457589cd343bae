import { expect, test } from "vitest";

import { loginSearch, wantedSearch } from "./search";

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
