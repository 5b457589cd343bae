import type { ListedTitle } from "@streamverse/client";
import { expect, test } from "vitest";

import { arrange, everything, isWhole, moved, type Wanted } from "./arrange";

function item(name: string, added_at: string, folder_id: string | null, ...tags: string[]) {
  return { title: { id: name, name }, added_at, folder_id, tags } as unknown as ListedTitle;
}

const list = [
  item("Été", "2030-01-01", "later", "rain"),
  item("Alpha", "2030-01-03", null),
  item("Beta", "2030-01-02", null, "rain", "dark"),
];

test.each<[Partial<Wanted>, string[]]>([
  [{}, ["Été", "Alpha", "Beta"]],
  [{ sort: "added" }, ["Alpha", "Beta", "Été"]],
  [{ sort: "name" }, ["Alpha", "Beta", "Été"]],
  [{ words: "ETE" }, ["Été"]],
  [{ words: "dark b" }, ["Beta"]],
  [{ folder: "later" }, ["Été"]],
  [{ folder: "none" }, ["Alpha", "Beta"]],
  [{ tag: "rain" }, ["Été", "Beta"]],
])("of a list, %o shows %o", (wanted, names) => {
  const shown = arrange(list, { ...everything, ...wanted });
  expect(shown.map((one) => one.title.name)).toEqual(names);
  expect(isWhole({ ...everything, ...wanted })).toBe(Object.keys(wanted).length === 0);
});

test.each([
  [0, 2, "bca"],
  [2, 0, "cab"],
  [1, -1, "bac"],
  [1, 9, "acb"],
])("number %i moves to %i", (from, to, expected) => {
  expect(moved(["a", "b", "c"], from, to).join("")).toBe(expected);
});
