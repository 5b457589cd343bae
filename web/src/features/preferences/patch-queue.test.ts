import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { JsonObject } from "./merge";
import { PatchQueue, type SaveState } from "./patch-queue";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function open() {
  const answers: { resolve: (answer: string) => void; reject: (error: unknown) => void }[] = [];
  const sent: JsonObject[] = [];
  const seen = { saved: [] as string[], failed: [] as unknown[], states: [] as SaveState[] };
  const queue = new PatchQueue<string>({
    send: (patch) => {
      sent.push(patch);
      return new Promise((resolve, reject) => answers.push({ resolve, reject }));
    },
    onSaved: (answer) => seen.saved.push(answer),
    onFailed: (error) => seen.failed.push(error),
    onState: (state) => seen.states.push(state),
  });
  return { queue, sent, answers, seen };
}

test("changes that come close together are one request", async () => {
  const { queue, sent, answers, seen } = open();
  queue.add({ look: { size: "large" } });
  queue.add({ look: { opacity: 10 } });
  queue.add({ look: { opacity: 15 } });
  await vi.advanceTimersByTimeAsync(200);
  expect(sent).toEqual([{ look: { size: "large", opacity: 15 } }]);
  answers[0]?.resolve("first");
  await vi.advanceTimersByTimeAsync(0);
  expect(seen.saved).toEqual(["first"]);
  expect(seen.states.at(-1)).toBe("saved");
});

test("what changes during a request waits for its end, and only the last answer is shown", async () => {
  const { queue, sent, answers, seen } = open();
  queue.add({ a: 1 });
  await vi.advanceTimersByTimeAsync(200);
  queue.add({ b: 2 });
  await vi.advanceTimersByTimeAsync(200);
  expect(sent).toEqual([{ a: 1 }]);
  answers[0]?.resolve("old");
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toEqual([{ a: 1 }, { b: 2 }]);
  answers[1]?.resolve("new");
  await vi.advanceTimersByTimeAsync(0);
  expect(seen.saved).toEqual(["new"]);
});

test("defaults asked for just before a change are not lost", async () => {
  const { queue, sent, answers } = open();
  queue.add({ look: null });
  queue.add({ look: { size: "large" } });
  await vi.advanceTimersByTimeAsync(200);
  answers[0]?.resolve("");
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toEqual([{ look: null }, { look: { size: "large" } }]);
});

test("after a refusal nothing of it is sent again", async () => {
  const { queue, sent, answers, seen } = open();
  queue.add({ a: 1 });
  await vi.advanceTimersByTimeAsync(200);
  queue.add({ a: 2 });
  answers[0]?.reject("no");
  await vi.advanceTimersByTimeAsync(500);
  expect(seen.failed).toEqual(["no"]);
  expect(sent).toHaveLength(1);
  expect(seen.states.at(-1)).toBe("idle");
});
