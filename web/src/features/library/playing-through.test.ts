import type { TitleCard } from "@streamverse/client";
import { expect, test } from "vitest";

import { following, isThrough } from "./playing-through";

function card(id: string, said: Partial<TitleCard> = {}): TitleCard {
  return {
    id,
    name: id,
    kind: "movie",
    state: "ready",
    is_published: true,
    duration_ms: 60_000,
    poster_url: null,
    poster: null,
    created_at: "2026-11-23T09:00:00Z",
    progress: null,
    locked_by: null,
    ...said,
  };
}

test("what follows is the next that can be played", () => {
  const list = [
    card("a"),
    card("b", { state: "announced" }),
    card("c", { locked_by: "plan" }),
    card("d"),
  ];
  expect(following(list, "a")?.id).toBe("d");
  expect(following(list, "d")).toBeNull();
});

test("behind what is not in a list nothing follows", () => {
  expect(following([card("a")], "z")).toBeNull();
});

test.each([
  ["list.", true],
  ["list.0192", true],
  ["collection.summer", true],
  ["list", false],
  ["series.1", false],
  [7, false],
])("an address that says %s of what is played through", (said, isKnown) => {
  expect(isThrough(said)).toBe(isKnown);
});
