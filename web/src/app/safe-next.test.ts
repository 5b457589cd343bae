import { expect, test } from "vitest";

import { safeNext } from "./safe-next";

test.each([
  ["/people", "/people"],
  ["/?q=bunny#top", "/?q=bunny#top"],
  ["/titles/1", "/titles/1"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["/\t/evil.example", "/"],
  ["/.//evil.example", "/"],
  ["https://evil.example/", "/"],
  ["javascript:alert(1)", "/"],
  ["people", "/"],
  ["/login?next=/login", "/"],
  [undefined, "/"],
  [7, "/"],
])("%j leads to %s", (next, path) => {
  expect(safeNext(next)).toBe(path);
});
