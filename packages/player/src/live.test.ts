import { afterEach, beforeEach, expect, type Mock, test, vi } from "vitest";

import { type LiveEngine, type LiveMode, LivePlayer } from "./live";
import type { PlayerProblem } from "./problem";

const addresses = { hlsUrl: "/live.m3u8", whepUrl: "/whep" };
let video: HTMLVideoElement;
let press: { play: Mock<() => Promise<void>>; pause: Mock<() => void> };
let tellProblem: (problem: PlayerProblem) => void;

const engine = {
  load: vi.fn(() => Promise.resolve()),
  goLive: vi.fn(),
  seekBehind: vi.fn(),
  latencySeconds: () => 1.4,
  rewindSeconds: () => 60,
  behindSeconds: () => 2,
  isOver: vi.fn(() => false),
  destroy: vi.fn(() => Promise.resolve()),
} satisfies LiveEngine;

function makePlayer(): LivePlayer {
  return new LivePlayer(video, (_video, onProblem) => {
    tellProblem = onProblem;
    return Promise.resolve(engine);
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  video = document.createElement("video");
  press = { play: vi.fn(() => Promise.resolve()), pause: vi.fn() };
  Object.assign(video, press);
});

afterEach(() => {
  vi.useRealTimers();
});

test("a stream is followed from its edge, and looked at again and again", async () => {
  const player = makePlayer();
  expect(player.store.get().status).toBe("loading");
  await player.load(addresses);
  expect(engine.load).toHaveBeenCalledWith("/live.m3u8");
  expect(press.play).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(500);
  expect(player.store.get()).toMatchObject({
    status: "ready",
    latencySeconds: 1.4,
    rewindSeconds: 60,
    behindSeconds: 2,
  });
});

test("where nothing may be heard by itself, it begins without sound", async () => {
  video.play = vi.fn(() => (video.muted ? Promise.resolve() : Promise.reject(new Error("no"))));
  await makePlayer().load(addresses);
  expect(video.muted).toBe(true);
});

test("where nothing may play by itself at all, it waits for a press", async () => {
  video.play = vi.fn(() => Promise.reject(new Error("no")));
  const player = makePlayer();
  await player.load(addresses);
  expect(player.store.get().isWaiting).toBe(false);
});

test("the element's events are the state", () => {
  const player = makePlayer();
  video.dispatchEvent(new Event("play"));
  video.dispatchEvent(new Event("waiting"));
  expect(player.store.get()).toMatchObject({ isPaused: false, isWaiting: true });
  video.dispatchEvent(new Event("playing"));
  video.dispatchEvent(new Event("pause"));
  video.muted = true;
  video.dispatchEvent(new Event("volumechange"));
  expect(player.store.get()).toMatchObject({ isPaused: true, isWaiting: false, isMuted: true });
  video.dispatchEvent(new Event("ended"));
  expect(player.store.get().status).toBe("ended");
});

test("what is over has no latency", async () => {
  const player = makePlayer();
  await player.load(addresses);
  engine.isOver.mockReturnValueOnce(true);
  vi.advanceTimersByTime(500);
  expect(player.store.get().latencySeconds).toBeNull();
});

test("a problem is the end of it", async () => {
  const player = makePlayer();
  await player.load(addresses);
  tellProblem({ kind: "unreachable", technical: "503" });
  expect(player.store.get()).toMatchObject({
    status: "failed",
    problem: { kind: "unreachable", technical: "503" },
  });
});

test("one goes back, and to the edge again", async () => {
  const player = makePlayer();
  await player.load(addresses);
  player.seekBehind(30);
  expect(engine.seekBehind).toHaveBeenCalledWith(30);
  player.goLive();
  expect(engine.goLive).toHaveBeenCalledOnce();
  player.toggleMute();
  expect(video.muted).toBe(true);
});

test("play and pause take turns", () => {
  const player = makePlayer();
  player.togglePlay();
  expect(press.play).toHaveBeenCalledOnce();
  Object.defineProperty(video, "paused", { value: false });
  player.togglePlay();
  expect(press.pause).toHaveBeenCalledOnce();
});

test("what is left ends, even before it has begun", async () => {
  const player = makePlayer();
  const loading = player.load(addresses);
  await player.destroy();
  await loading;
  expect(engine.destroy).toHaveBeenCalledOnce();
  expect(engine.load).not.toHaveBeenCalled();
});

test("by WebRTC first, where that is chosen, and by HLS where it shows nothing", async () => {
  const asked: [string, string][] = [];
  const made: LiveMode[] = [];
  const player = new LivePlayer(video, (_video, _onProblem, mode) => {
    made.push(mode);
    const load = (url: string) => {
      asked.push([mode, url]);
      return mode === "lowest" ? Promise.reject(new Error("no picture")) : Promise.resolve();
    };
    return Promise.resolve({ ...engine, load });
  });
  await player.load(addresses, "lowest");
  expect(asked).toEqual([
    ["lowest", "/whep"],
    ["low", "/live.m3u8"],
  ]);
  expect(player.store.get()).toMatchObject({ status: "ready", mode: "low" });
  expect(engine.destroy).toHaveBeenCalledOnce();
});

test("by HLS it goes on when WebRTC breaks off", async () => {
  const player = makePlayer();
  await player.load(addresses, "lowest");
  expect(engine.load).toHaveBeenLastCalledWith("/whep");
  expect(player.store.get().mode).toBe("lowest");
  tellProblem({ kind: "unreachable", technical: "lost" });
  await vi.waitFor(() => expect(engine.load).toHaveBeenLastCalledWith("/live.m3u8"));
  expect(player.store.get()).toMatchObject({ status: "ready", mode: "low" });
});

test("where there is no WebRTC, lowest is low, and steady stays steady", async () => {
  const player = makePlayer();
  await player.load({ ...addresses, whepUrl: null }, "lowest");
  expect(player.store.get().mode).toBe("low");
  await player.load(addresses, "steady");
  expect(engine.load).toHaveBeenLastCalledWith("/live.m3u8");
  expect(player.store.get().mode).toBe("steady");
});
