import { beforeEach, expect, test } from "vitest";

import type { Memory } from "./platform";
import { Positions } from "./positions";

let stored: Map<string, string>;
let memory: Memory;

beforeEach(() => {
  stored = new Map();
  memory = {
    read: (key) => stored.get(key) ?? null,
    write: (key, value) => void stored.set(key, value),
  };
});

test("a position in the middle is found again, also by the next visit", () => {
  new Positions(memory).remember("bunny", 123.4, 600);
  expect(new Positions(memory).find("bunny")).toBe(123);
  expect(new Positions(memory).find("other")).toBeNull();
});

test.each([
  ["the first seconds", 9.9],
  ["the closing credits", 580],
])("%s are forgotten", (_, seconds) => {
  const positions = new Positions(memory);
  positions.remember("bunny", 200, 600);
  positions.remember("bunny", seconds, 600);
  expect(positions.find("bunny")).toBeNull();
});

test("all are forgotten at once", () => {
  const positions = new Positions(memory);
  positions.remember("bunny", 200, 600);
  positions.clear();
  expect(new Positions(memory).find("bunny")).toBeNull();
});

test("only the last two hundred titles are kept", () => {
  const positions = new Positions(memory);
  for (let index = 0; index < 201; index += 1) positions.remember(`title ${index}`, 100, 600);
  expect(positions.find("title 0")).toBeNull();
  expect(positions.find("title 1")).toBe(100);
});

test.each(["not json", "{}", '[["bunny"]]', "null"])(
  "nonsense in the storage (%s) counts as nothing",
  (text) => {
    stored.set("streamverse.positions", text);
    expect(new Positions(memory).find("bunny")).toBeNull();
  },
);
