import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { initialState, type PlayerDebugState, type PlayerState, type Quality } from "./state";
import { Store } from "./store";
import { type PlayerEvent, type SessionEnd, Teller } from "./telling";

const debug: PlayerDebugState = {
  currentTime: 4.2,
  duration: 60,
  playable: 60,
  paused: false,
  growing: false,
  stalls: 0,
  edgeWaits: 0,
  width: 640,
  height: 360,
  droppedFrames: 2,
  decodedFrames: 100,
  framesPerSecond: 25,
  bitrateBps: 500_000,
  bufferedSeconds: 8,
  startUpMs: 300,
  videoCodec: null,
  audioCodec: null,
  bandwidthBps: 4_000_000.4,
};
const low: Quality = { id: "a", width: 640, height: 360, framesPerSecond: 25, bitrateBps: 500_000 };

let store: Store<PlayerState>;
let told: (readonly PlayerEvent[])[];
let last: (readonly PlayerEvent[])[];
let ended: string[];
let answer: () => Promise<SessionEnd>;
let nowMs: number;

beforeEach(() => {
  vi.useFakeTimers();
  store = new Store<PlayerState>(initialState);
  [told, last, ended, nowMs] = [[], [], [], 1000];
  answer = () => Promise.resolve(null);
});

afterEach(() => {
  vi.useRealTimers();
});

function makeTeller(): Teller {
  return new Teller({
    player: { store, debugState: () => debug },
    wishedAtMs: 900,
    heartbeatMs: 20_000,
    nowMs: () => nowMs,
    send: (events) => {
      told.push(events);
      return answer();
    },
    sendLast: (events) => last.push(events),
    onEnded: (by) => ended.push(by),
  });
}

function play(): void {
  store.set({ status: "ready", isPaused: false, startUpMs: 300, activeQuality: low });
}

const kinds = (events: readonly PlayerEvent[] | undefined) => events?.map(({ kind }) => kind);

test("the first picture is told at once, and then what changes with each heartbeat", async () => {
  makeTeller();
  expect(told).toEqual([]);
  play();
  expect(told).toEqual([
    [
      { sequence: 0, at_ms: 100, kind: "quality", bitrate_bps: 500_000, height: 360 },
      { sequence: 1, at_ms: 100, kind: "playing", position_ms: 0 },
    ],
  ]);
  nowMs = 5000;
  store.set({ isWaiting: true, stalls: 1 });
  store.set({ isWaiting: false });
  store.set({ isWaiting: true });
  store.set({ isWaiting: false, isPaused: true });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(kinds(told[1])).toEqual(["stalled", "playing", "seeking", "paused", "heartbeat"]);
  expect(told[1]?.at(-1)).toEqual({
    sequence: 6,
    at_ms: 4100,
    kind: "heartbeat",
    position_ms: 4200,
    buffer_ms: 8000,
    dropped_frames: 2,
    decoded_frames: 100,
    throughput_bps: 4_000_000,
  });
});

test("what was lost is told again, and never twice", async () => {
  makeTeller();
  answer = () => Promise.reject(new Error("away"));
  play();
  await vi.advanceTimersByTimeAsync(20_000);
  answer = () => Promise.resolve(null);
  await vi.advanceTimersByTimeAsync(20_000);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(told.map((batch) => batch.map(({ sequence }) => sequence))).toEqual([
    [0, 1],
    [0, 1, 2],
    [0, 1, 2, 3],
    [4],
  ]);
});

test("the end is told once, with all that nobody has heard", async () => {
  const teller = makeTeller();
  answer = () => Promise.reject(new Error("away"));
  play();
  await vi.advanceTimersByTimeAsync(0);
  teller.leave();
  teller.leave();
  store.set({ isPaused: true });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(last.map(kinds)).toEqual([["quality", "playing", "left"]]);
  expect(told).toHaveLength(1);
});

test("a session that was ended elsewhere is told of no more", async () => {
  const teller = makeTeller();
  answer = () => Promise.resolve("chosen");
  play();
  await vi.advanceTimersByTimeAsync(60_000);
  teller.leave();
  expect(ended).toEqual(["chosen"]);
  expect(told).toHaveLength(1);
  expect(last).toEqual([]);
});

test("a failure is told with its kind, at once", () => {
  makeTeller();
  store.set({ status: "failed", problem: { kind: "unsupported", technical: "4032" } });
  expect(told.map((batch) => batch.map(({ kind, code }) => [kind, code]))).toEqual([
    [["failed", "unsupported"]],
  ]);
});
