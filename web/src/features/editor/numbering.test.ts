import { expect, test } from "vitest";

import { renumbered } from "./numbering";

const at = (id: string, number: number | null) => ({ id, number });

test.each([
  ["what stands in order stays", [at("a", 1), at("b", 2)], []],
  ["two change places", [at("b", 2), at("a", 1)], [at("b", 1), at("a", 2)]],
  ["gaps stay where they are", [at("b", 5), at("a", 2), at("c", 9)], [at("b", 2), at("a", 5)]],
  ["specials keep number 0", [at("b", 1), at("a", 0)], [at("b", 0), at("a", 1)]],
  ["without numbers they are counted", [at("b", null), at("a", 1)], [at("b", 1), at("a", 2)]],
  ["a number that is there twice is none", [at("a", 3), at("b", 3)], [at("a", 1), at("b", 2)]],
  ["nothing", [], []],
])("%s", (_, inOrder, changes) => {
  expect(renumbered(inOrder)).toEqual(changes);
});
