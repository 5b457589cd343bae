import { expect, test } from "vitest";

import { EdgeKeeper } from "./live-edge";

const bounds = { start: 1.3, least: 0.3, most: 5 };

/** Look four times a second at what goes up and down as parts of 0.35 s come. */
function watch(keeper: EdgeKeeper, troughSeconds: number, fromMs: number, seconds: number) {
  const changes: number[] = [];
  for (let ms = fromMs; ms <= fromMs + seconds * 1000; ms += 250) {
    const delay = keeper.take(troughSeconds + ((ms / 1000) % 0.35), ms);
    if (delay !== null) changes.push(Number(delay.toFixed(2)));
  }
  return changes;
}

test("what is not needed is given up after a while", () => {
  const keeper = new EdgeKeeper(bounds);
  expect(watch(keeper, 0, 0, 1.75)).toEqual([]);
  expect(watch(keeper, 1.4, 2000, 2.75)).toEqual([]);
  expect(watch(keeper, 1.4, 5000, 5)).toEqual([0.8]);
  expect(watch(keeper, 0.9, 11_000, 60)).toEqual([]);
  expect(watch(keeper, 1.1, 72_000, 15)).toEqual([0.6]);
});

test("too little in hand is mended at once", () => {
  const keeper = new EdgeKeeper(bounds);
  expect(keeper.take(0.8, 0)).toBeNull();
  expect(keeper.take(0.8, 2000)).toBeNull();
  expect(keeper.take(0.05, 2250)).toBeCloseTo(2.15);
});

test("the delay stays within its bounds", () => {
  const keeper = new EdgeKeeper({ start: 1.3, least: 1.2, most: 1.4 });
  expect(keeper.take(0, 0)).toBeNull();
  expect(keeper.take(0, 2000)).toBe(1.4);
  expect(keeper.take(0, 2250)).toBeNull();
  expect(watch(keeper, 3, 2500, 8)).toEqual([1.2]);
  expect(watch(keeper, 3, 11_000, 30)).toEqual([]);
});

test("after a stop it looks anew", () => {
  const keeper = new EdgeKeeper(bounds);
  expect(watch(keeper, 1.4, 0, 4.75)).toEqual([]);
  keeper.reset();
  expect(watch(keeper, 1.4, 5000, 2.75)).toEqual([]);
  expect(watch(keeper, 1.4, 8000, 0.5)).toEqual([0.8]);
});
