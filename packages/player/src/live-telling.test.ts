import { beforeEach, expect, test } from "vitest";

import { initialLiveState, type LiveState } from "./live";
import { ToldLive } from "./live-telling";
import { Store } from "./store";

let store: Store<LiveState>;
let video: HTMLVideoElement;
let isSeeking: boolean;
let sinceWishMs: number;
let told: ToldLive;

beforeEach(() => {
  store = new Store<LiveState>(initialLiveState);
  [isSeeking, sinceWishMs] = [false, 400];
  video = document.createElement("video");
  Object.defineProperty(video, "seeking", { get: () => isSeeking });
  const frames = { droppedVideoFrames: 2, totalVideoFrames: 100 };
  video.getVideoPlaybackQuality = () => frames as VideoPlaybackQuality;
  told = new ToldLive({ store }, video, () => sinceWishMs);
  told.store.subscribe(() => undefined);
});

function play(): void {
  store.set({ status: "ready", isPaused: false, isWaiting: false });
}

test("it begins with the first moving picture", () => {
  store.set({ status: "ready", isPaused: false });
  expect(told.store.get()).toMatchObject({ startUpMs: null, stalls: 0, isWaiting: true });
  sinceWishMs = 900;
  play();
  sinceWishMs = 5_000;
  store.set({ latencySeconds: 1.4 });
  expect(told.store.get()).toMatchObject({ startUpMs: 900, stalls: 0, isEnded: false });
});

test("whoever listens hears of every change, with what it means", () => {
  const heard: number[] = [];
  told.store.subscribe(() => heard.push(told.store.get().stalls));
  play();
  store.set({ isWaiting: true });
  expect(heard).toEqual([0, 1]);
});

test("a wait is a stall, but not one that the viewer wished for", () => {
  play();
  store.set({ isWaiting: true });
  store.set({ isWaiting: true, behindSeconds: 3 });
  expect(told.store.get().stalls).toBe(1);
  play();
  isSeeking = true;
  store.set({ isWaiting: true });
  isSeeking = false;
  play();
  store.set({ mode: "steady", isWaiting: true });
  expect(told.store.get().stalls).toBe(1);
});

test("a connection that is lost is a stall, also where another way is taken for it", () => {
  store.set({ mode: "lowest" });
  play();
  store.set({ isReturning: true });
  store.set({ mode: "lowest", isWaiting: true });
  expect(told.store.get().stalls).toBe(1);
  play();
  store.set({ isReturning: false, hasFallenBack: true });
  store.set({ mode: "low", isWaiting: true });
  expect(told.store.get().stalls).toBe(2);
});

test("a stream that is over has ended, and one that failed says why", () => {
  play();
  store.set({ status: "ended" });
  expect(told.store.get()).toMatchObject({ status: "ready", isEnded: true });
  const problem = { kind: "expired", technical: "403" } as const;
  store.set({ status: "failed", problem });
  expect(told.store.get()).toMatchObject({ status: "failed", isEnded: false, problem });
});

test("its measures are those of the element, without a position", () => {
  expect(told.debugState()).toEqual({
    currentTime: 0,
    bufferedSeconds: 0,
    droppedFrames: 2,
    decodedFrames: 100,
    bandwidthBps: null,
  });
});
