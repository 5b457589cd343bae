import { ApiProblem, ServerUnreachable } from "@streamverse/client";
import { expect, test, vi } from "vitest";

import { pause, untilDecided } from "./tv";

function refusal(code: string): Error {
  return new ApiProblem({ status: 400, code: `identity.${code}`, detail: "No." });
}

/** A server that gives these answers in turn; a string is the code of a refusal. */
async function play(...answers: (string | Error | { answer: string })[]) {
  const pauses: number[] = [];
  const reachable: boolean[] = [];
  const outcome = await untilDecided({
    intervalS: 5,
    wait: (milliseconds) => {
      pauses.push(milliseconds / 1000);
      return Promise.resolve();
    },
    onReachable: (isReachable) => reachable.push(isReachable),
    ask: () => {
      const next = answers.shift();
      if (next === undefined) throw new Error("Asked once too often.");
      if (typeof next === "string") return Promise.reject(refusal(next));
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next.answer);
    },
  });
  return { outcome, pauses, reachable };
}

test("it asks at the given pace until it is let in", async () => {
  const { outcome, pauses } = await play("authorization_pending", "authorization_pending", {
    answer: "welcome",
  });
  expect(outcome).toEqual({ kind: "in", answer: "welcome" });
  expect(pauses).toEqual([5, 5, 5]);
});

test("told to slow down, it leaves five seconds more from then on", async () => {
  const { pauses } = await play(
    "slow_down",
    "authorization_pending",
    "slow_down",
    "authorization_pending",
    { answer: "" },
  );
  expect(pauses).toEqual([5, 10, 10, 15, 15]);
});

test("a silent server is asked less and less often, then at the old pace again", async () => {
  const silence = () => new ServerUnreachable("down");
  const { pauses, reachable } = await play(
    silence(),
    silence(),
    silence(),
    silence(),
    silence(),
    "authorization_pending",
    { answer: "" },
  );
  expect(pauses).toEqual([5, 10, 20, 40, 60, 60, 5]);
  expect(reachable).toEqual([false, false, false, false, false, true]);
});

test.each([
  ["denied", "denied"],
  ["expired", "expired"],
  ["link_used", "expired"],
  ["link_invalid", "expired"],
])("%s ends the asking as %s", async (code, kind) => {
  const { outcome } = await play("authorization_pending", code);
  expect(outcome).toEqual({ kind });
});

test("what nobody foresaw is not swallowed", async () => {
  await expect(play(new TypeError("bug"))).rejects.toThrow("bug");
});

test("a pause ends when nobody waits any more", async () => {
  vi.useFakeTimers();
  const stop = new AbortController();
  const waiting = pause(5_000, stop.signal);
  stop.abort(new Error("gone"));
  await expect(waiting).rejects.toThrow("gone");
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});
