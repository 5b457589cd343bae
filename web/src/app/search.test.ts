import { expect, test } from "vitest";

import { homeSearch, loginSearch } from "./search";

test.each([
  [{ q: "bunny" }, { q: "bunny" }],
  [{ q: 2008 }, { q: "2008" }],
  [{ q: "  " }, {}],
  [{ q: ["a"] }, {}],
  [{ other: "x" }, {}],
])("home reads %j as %j", (search, read) => {
  expect(homeSearch(search)).toEqual(read);
});

test.each([
  [{ next: "/people" }, { next: "/people" }],
  [{ next: "https://evil.example/" }, {}],
  [{ next: "/" }, {}],
  [{}, {}],
])("log-in reads %j as %j", (search, read) => {
  expect(loginSearch(search)).toEqual(read);
});
