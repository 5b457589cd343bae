import { expect, test } from "vitest";

import { nameFromFile } from "./file-name";

test.each([
  ["my_first.film.mp4", "my first film"],
  ["Big Buck Bunny.mov", "Big Buck Bunny"],
  ["Version 2. Final cut", "Version 2 Final cut"],
  [".mp4", ".mp4"],
  ["no-extension", "no-extension"],
  ["../../etc/My film.mp4", "My film"],
  ["..\\My film.mp4", "My film"],
  ["日本の映画.mkv", "日本の映画"],
])("%s becomes %s", (file, name) => {
  expect(nameFromFile(file)).toBe(name);
});

test("a very long name is cut to what a title may hold", () => {
  expect(nameFromFile(`${"a".repeat(300)}.mp4`)).toHaveLength(200);
});
