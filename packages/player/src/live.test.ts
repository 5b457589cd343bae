import { afterEach, beforeEach, expect, type Mock, test, vi } from "vitest";

import { LivePlayer, LOOK_FOR_QUALITIES_EVERY_MS } from "./live";
import { type LiveEngine, type LiveListener, type LiveMode, NotFollowed } from "./live-engine";
import { MOST_FAILURES } from "./returning";
import type { Quality } from "./state";

const MASTER = `#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=5000000,RESOLUTION=1920x1080
v.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x360
v360.m3u8
`;
const addresses = { hlsUrl: "/live.m3u8", whepUrl: "/whep", licenseUrl: null };
const SERVER_NOW_MS = Date.UTC(2026, 10, 29, 10);
let video: HTMLVideoElement;
let press: { play: Mock<() => Promise<void>>; pause: Mock<() => void> };
let listener: LiveListener;

const tall = quality(1080);
const small = quality(360);
const lost = { kind: "unreachable", technical: "lost" } as const;

function quality(height: number): Quality {
  return {
    id: `${height}p`,
    width: (height * 16) / 9,
    height,
    framesPerSecond: null,
    bitrateBps: height * 1_000,
  };
}

const engine = {
  prefer: vi.fn(),
  load: vi.fn<(url: string, licenseUrl: string | null) => Promise<void>>(() => Promise.resolve()),
  qualities: vi.fn((): Quality[] => [tall, small]),
  activeQuality: vi.fn((): Quality | null => tall),
  chooseQuality: vi.fn(),
  goLive: vi.fn(),
  seekBehind: vi.fn(),
  shownAtMs: vi.fn((): number | null => SERVER_NOW_MS - 1_400),
  rewindSeconds: () => 60,
  behindSeconds: () => 2,
  isOver: vi.fn(() => false),
  destroy: vi.fn(() => Promise.resolve()),
} satisfies LiveEngine;

function makePlayer(): LivePlayer {
  const player = new LivePlayer(video, (_video, given) => {
    listener = given;
    return Promise.resolve(engine);
  });
  player.tellTimeBy(() => SERVER_NOW_MS);
  return player;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  video = document.createElement("video");
  press = { play: vi.fn(() => Promise.resolve()), pause: vi.fn() };
  Object.assign(video, press);
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(MASTER)));
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a stream is followed from its edge, and looked at again and again", async () => {
  const player = makePlayer();
  expect(player.store.get().status).toBe("loading");
  await player.load(addresses);
  expect(engine.load).toHaveBeenCalledWith("/live.m3u8", null);
  expect(press.play).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(500);
  expect(player.store.get()).toMatchObject({
    status: "ready",
    latencySeconds: 1.4,
    rewindSeconds: 60,
    behindSeconds: 2,
  });
});

test("a protected stream is followed with the address of its keys", async () => {
  await makePlayer().load({ ...addresses, licenseUrl: "/license" });
  expect(engine.load).toHaveBeenCalledWith("/live.m3u8", "/license");
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

test.each([
  ["a day ahead", 86_400_000],
  ["a day behind", -86_400_000],
])("latency is told by the server's clock where the device's is %s", async (_name, wrongByMs) => {
  vi.setSystemTime(SERVER_NOW_MS + wrongByMs);
  const player = makePlayer();
  await player.load(addresses);
  vi.advanceTimersByTime(500);
  expect(player.store.get().latencySeconds).toBe(1.4);
});

test("nothing is shown before it happens", async () => {
  const player = makePlayer();
  await player.load(addresses);
  player.tellTimeBy(() => SERVER_NOW_MS - 1_450);
  vi.advanceTimersByTime(500);
  expect(player.store.get().latencySeconds).toBe(0);
});

test("latency is unknown without the server's clock, or the time of what is shown", async () => {
  const player = makePlayer();
  await player.load(addresses);
  engine.shownAtMs.mockReturnValueOnce(null);
  vi.advanceTimersByTime(500);
  expect(player.store.get().latencySeconds).toBeNull();
  const timeless = new LivePlayer(video, () => Promise.resolve(engine));
  await timeless.load(addresses);
  vi.advanceTimersByTime(500);
  expect(timeless.store.get().latencySeconds).toBeNull();
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
  listener.onProblem({ kind: "unreachable", technical: "503" });
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
  expect(player.store.get()).toMatchObject({ status: "ready", mode: "low", hasFallenBack: true });
  expect(engine.destroy).toHaveBeenCalledOnce();
});

test("by WebRTC it goes on when the connection is lost, however often that fails at first", async () => {
  const player = makePlayer();
  await player.load(addresses, "lowest");
  expect(engine.load).toHaveBeenLastCalledWith("/whep", null);
  engine.load.mockRejectedValueOnce(new NotFollowed({ kind: "unreachable", technical: "503" }));
  engine.load.mockRejectedValueOnce(new NotFollowed({ kind: "unreachable", technical: "503" }));
  listener.onProblem(lost);
  // An engine may tell of the same loss in several ways.
  listener.onProblem(lost);
  expect(player.store.get()).toMatchObject({ isReturning: true, mode: "lowest" });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(engine.load).toHaveBeenCalledTimes(4);
  expect(player.store.get()).toMatchObject({
    status: "ready",
    mode: "lowest",
    isReturning: false,
    hasFallenBack: false,
  });
});

test("whoever had paused stays paused after a return", async () => {
  const player = makePlayer();
  await player.load(addresses, "lowest");
  listener.onProblem(lost);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(player.store.get().isReturning).toBe(false);
  expect(press.pause).toHaveBeenCalledOnce();
});

test("by HLS it goes on after several failures to connect anew", async () => {
  const player = makePlayer();
  await player.load(addresses, "lowest");
  for (let failure = 0; failure < MOST_FAILURES; failure += 1) {
    engine.load.mockRejectedValueOnce(new NotFollowed({ kind: "unreachable", technical: "503" }));
  }
  listener.onProblem(lost);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(engine.load).toHaveBeenCalledTimes(MOST_FAILURES + 2);
  expect(engine.load).toHaveBeenLastCalledWith("/live.m3u8", null);
  expect(player.store.get()).toMatchObject({
    status: "ready",
    mode: "low",
    isReturning: false,
    hasFallenBack: true,
  });
});

test("what is refused is not asked for again by WebRTC", async () => {
  const player = makePlayer();
  await player.load(addresses, "lowest");
  engine.load.mockRejectedValueOnce(new NotFollowed({ kind: "expired", technical: "403" }));
  listener.onProblem(lost);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(engine.load).toHaveBeenCalledTimes(3);
  expect(engine.load).toHaveBeenLastCalledWith("/live.m3u8", null);
});

test("whoever chooses another way meanwhile is not brought back", async () => {
  const player = makePlayer();
  await player.load(addresses, "lowest");
  listener.onProblem(lost);
  await player.follow("steady");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(engine.load).toHaveBeenCalledTimes(2);
  expect(player.store.get()).toMatchObject({ mode: "steady", isReturning: false });
});

test("what cannot be followed by HLS either has failed", async () => {
  const player = makePlayer();
  engine.load.mockRejectedValueOnce(new NotFollowed({ kind: "expired", technical: "403" }));
  await player.load(addresses);
  expect(player.store.get()).toMatchObject({
    status: "failed",
    problem: { kind: "expired", technical: "403" },
  });
});

test("a quality is chosen, and kept by the next engine if it has it", async () => {
  const player = makePlayer();
  await player.load(addresses);
  expect(player.store.get()).toMatchObject({
    qualities: [tall, small],
    activeQuality: tall,
    chosenQuality: null,
  });
  engine.activeQuality.mockReturnValue(small);
  player.chooseQuality("360p");
  expect(engine.chooseQuality).toHaveBeenLastCalledWith("360p");
  expect(player.store.get()).toMatchObject({ activeQuality: small, chosenQuality: "360p" });
  await player.follow("steady");
  expect(engine.chooseQuality).toHaveBeenCalledTimes(2);
  expect(engine.chooseQuality).toHaveBeenLastCalledWith("360p");
  engine.qualities.mockReturnValue([tall]);
  await player.follow("low");
  expect(engine.chooseQuality).toHaveBeenLastCalledWith(null);
  expect(player.store.get().chosenQuality).toBeNull();
  engine.qualities.mockReturnValue([tall, small]);
  engine.activeQuality.mockReturnValue(tall);
});

test("a quality that began to be offered later is in the menu, and chosen by another engine", async () => {
  const player = makePlayer();
  engine.qualities.mockReturnValue([tall]);
  await player.load(addresses);
  expect(player.store.get().qualities).toEqual([tall]);
  await vi.advanceTimersByTimeAsync(LOOK_FOR_QUALITIES_EVERY_MS);
  expect(player.store.get().qualities.map(({ id }) => id)).toEqual(["1080p", "360p"]);
  expect(engine.load).toHaveBeenCalledOnce();
  engine.load.mockImplementationOnce(() => {
    engine.qualities.mockReturnValue([tall, small]);
    return Promise.resolve();
  });
  player.chooseQuality("360p");
  await vi.waitFor(() => expect(engine.chooseQuality).toHaveBeenLastCalledWith("360p"));
  expect(engine.load).toHaveBeenCalledTimes(2);
  expect(player.store.get()).toMatchObject({ mode: "low", chosenQuality: "360p" });
  // What another engine does not have either is not asked for for ever.
  engine.qualities.mockReturnValue([tall]);
  player.chooseQuality("360p");
  await vi.waitFor(() => expect(player.store.get().chosenQuality).toBeNull());
  expect(engine.load).toHaveBeenCalledTimes(3);
  engine.qualities.mockReturnValue([tall, small]);
});

test("whoever stands still takes up what began to be offered later, once", async () => {
  engine.qualities.mockReturnValue([tall]);
  const player = makePlayer();
  await player.load(addresses, "steady");
  video.dispatchEvent(new Event("play"));
  listener.onWaiting(false);
  await vi.advanceTimersByTimeAsync(LOOK_FOR_QUALITIES_EVERY_MS);
  expect(engine.load).toHaveBeenCalledOnce();
  listener.onWaiting(true);
  video.dispatchEvent(new Event("pause"));
  await vi.advanceTimersByTimeAsync(LOOK_FOR_QUALITIES_EVERY_MS);
  expect(engine.load).toHaveBeenCalledOnce();
  video.dispatchEvent(new Event("play"));
  await vi.advanceTimersByTimeAsync(LOOK_FOR_QUALITIES_EVERY_MS);
  expect(engine.load).toHaveBeenCalledTimes(2);
  expect(engine.destroy).toHaveBeenCalledOnce();
  expect(player.store.get()).toMatchObject({ mode: "steady", status: "ready" });
  // This engine does not have it either.
  listener.onWaiting(true);
  await vi.advanceTimersByTimeAsync(2 * LOOK_FOR_QUALITIES_EVERY_MS);
  expect(engine.load).toHaveBeenCalledTimes(2);
  engine.qualities.mockReturnValue([tall, small]);
});

test("where the device adapts by itself nothing is offered later either", async () => {
  const player = makePlayer();
  engine.qualities.mockReturnValue([]);
  await player.load(addresses);
  await vi.advanceTimersByTimeAsync(LOOK_FOR_QUALITIES_EVERY_MS);
  expect(player.store.get().qualities).toEqual([]);
  engine.qualities.mockReturnValue([tall, small]);
});

test("the engine tells of qualities and of waits", async () => {
  const player = makePlayer();
  await player.load(addresses);
  engine.activeQuality.mockReturnValueOnce(small);
  listener.onTracksChanged();
  expect(player.store.get().activeQuality).toEqual(small);
  listener.onWaiting(false);
  expect(player.store.get().isWaiting).toBe(false);
  listener.onWaiting(true);
  expect(player.store.get().isWaiting).toBe(true);
});

test("by WebRTC there is one quality; whoever wants another one is taken to HLS for it", async () => {
  const player = makePlayer();
  await player.load(addresses, "lowest");
  await vi.waitFor(() => expect(player.store.get().qualities).toHaveLength(2));
  expect(player.store.get()).toMatchObject({ mode: "lowest", activeQuality: null });
  player.chooseQuality("360p");
  await vi.waitFor(() => expect(engine.chooseQuality).toHaveBeenCalledWith("360p"));
  expect(engine.load).toHaveBeenLastCalledWith("/live.m3u8", null);
  expect(player.store.get()).toMatchObject({
    mode: "low",
    chosenQuality: "360p",
    hasFallenBack: false,
  });
});

test("every engine is told what the viewer likes", async () => {
  const player = makePlayer();
  player.prefer({ maxHeight: 720, maxBitrateBps: 2_000_000 });
  await player.load(addresses);
  expect(engine.prefer).toHaveBeenLastCalledWith({ maxHeight: 720, maxBitrateBps: 2_000_000 });
  player.prefer({ maxHeight: 480, maxBitrateBps: Infinity });
  expect(engine.prefer).toHaveBeenLastCalledWith({ maxHeight: 480, maxBitrateBps: Infinity });
});

test("keys go back and on, to the beginning and to the edge", async () => {
  const player = makePlayer();
  await player.load(addresses);
  vi.advanceTimersByTime(500);
  player.obey({ do: "skip", seconds: -10 });
  expect(engine.seekBehind).toHaveBeenLastCalledWith(12);
  player.obey({ do: "seek-fraction", fraction: 0 });
  expect(engine.seekBehind).toHaveBeenLastCalledWith(60);
  player.obey({ do: "skip", seconds: 10 });
  expect(engine.goLive).toHaveBeenCalledOnce();
  player.obey({ do: "seek-fraction", fraction: 1 });
  expect(engine.goLive).toHaveBeenCalledTimes(2);
  expect(engine.seekBehind).toHaveBeenCalledTimes(2);
});

test("keys play, pause, mute and change the volume", () => {
  const player = makePlayer();
  player.obey({ do: "play" });
  player.obey({ do: "toggle-play" });
  expect(press.play).toHaveBeenCalledTimes(2);
  player.obey({ do: "pause" });
  expect(press.pause).toHaveBeenCalledOnce();
  player.obey({ do: "toggle-mute" });
  expect(video.muted).toBe(true);
  player.obey({ do: "volume", by: 0.25 });
  expect([video.muted, video.volume]).toEqual([false, 0.25]);
  player.obey({ do: "volume", by: -0.5 });
  expect([video.muted, video.volume]).toEqual([true, 0]);
  // There is no speed but that of life.
  player.obey({ do: "rate", step: 1 });
  expect(video.playbackRate).toBe(1);
});

test("where there is no WebRTC, lowest is low, and steady stays steady", async () => {
  const player = makePlayer();
  await player.load({ ...addresses, whepUrl: null }, "lowest");
  expect(player.store.get().mode).toBe("low");
  await player.load(addresses, "steady");
  expect(engine.load).toHaveBeenLastCalledWith("/live.m3u8", null);
  expect(player.store.get().mode).toBe("steady");
});
