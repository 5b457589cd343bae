import { expect, test } from "vitest";

import { linkIn } from "./queries";

test.each([
  [
    "Open https://films.example.org/reset-password#token=abc_-1 soon.",
    "https://films.example.org/reset-password#token=abc_-1",
  ],
  ["See https://films.example.org/account/security.", null],
  ["Nothing.", null],
  [null, null],
])("the link in %j is %j", (text, link) => {
  expect(linkIn(text)).toBe(link);
});
