import { expect, test } from "vitest";

import { Store } from "./store";

test("listeners hear of real changes only, until they stop listening", () => {
  const store = new Store({ volume: 1, isMuted: false });
  let heard = 0;
  const stop = store.subscribe(() => (heard += 1));
  store.set({ volume: 1 });
  expect(heard).toBe(0);
  store.set({ volume: 0.5, isMuted: false });
  expect(heard).toBe(1);
  expect(store.get()).toEqual({ volume: 0.5, isMuted: false });
  stop();
  store.set({ isMuted: true });
  expect(heard).toBe(1);
});

test("a state that did not change stays the same object", () => {
  const store = new Store({ volume: 1 });
  const before = store.get();
  store.set({ volume: 1 });
  expect(store.get()).toBe(before);
});
