import { expect, test } from "vitest";

import { type Cue, CueList } from "./cues";

function cue(id: string, startSeconds: number, endSeconds: number): Cue {
  return { id, startSeconds, endSeconds, place: "bottom", runs: [] };
}

const ids = (cues: readonly Cue[]) => cues.map(({ id }) => id);

test("a subtitle is shown from its beginning up to its end", () => {
  const list = new CueList();
  list.add([cue("b", 3, 5), cue("a", 1, 4)]);
  expect([0.9, 1, 3.5, 4, 5].map((seconds) => ids(list.at(seconds)))).toEqual([
    [],
    ["a"],
    ["a", "b"],
    ["b"],
    [],
  ]);
});

test("one that comes with two segments is shown once", () => {
  const list = new CueList();
  list.add([cue("a", 1, 4), cue("a", 1, 4)]);
  list.add([cue("a", 1, 4)]);
  expect(ids(list.at(2))).toEqual(["a"]);
});

test("what lies wholly in a stretch is forgotten", () => {
  const list = new CueList();
  list.add([cue("before", 0, 2), cue("across", 3, 6), cue("within", 4, 5)]);
  list.remove(4, 10);
  expect([...ids(list.at(1)), ...ids(list.at(4.5))]).toEqual(["before", "across"]);
});
