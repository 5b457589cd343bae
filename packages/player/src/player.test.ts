import { beforeEach, expect, test, vi } from "vitest";

import type { Engine, EngineListener } from "./engine";
import type { PlayerCommand } from "./keys";
import type { DisplayMode, Platform } from "./platform";
import { Player, type WatchProgress } from "./player";
import type { PlayerProblem } from "./problem";
import {
  type AudioTrack,
  noPreferences,
  type PlayedSo,
  type Quality,
  type Source,
  type TextTrack,
  type ViewerPreferences,
} from "./state";

/** An engine that does as it is told: the seam that every platform fills. */
class ScriptedEngine implements Engine {
  loadedAt: number[] = [];
  lineBps: (number | null)[] = [];
  isDestroyed = false;
  endSeconds = 600;
  grows = false;
  hasMore = false;

  constructor(readonly listener: EngineListener) {}

  load({ lineBps }: Source, startSeconds: number): Promise<void> {
    this.loadedAt.push(startSeconds);
    this.lineBps.push(lineBps);
    return Promise.resolve();
  }

  fetches = 0;
  fetchesAgain = true;

  fetchAgain(): boolean {
    this.fetches += Number(this.fetchesAgain);
    return this.fetchesAgain;
  }

  preferences: PlayedSo[] = [];
  tracks: readonly TextTrack[] = [];
  shownText: string | null = null;

  prefer(preferences: PlayedSo): void {
    this.preferences.push(preferences);
  }

  pictures: readonly Quality[] = [];
  chosen: (string | null)[] = [];
  qualities = () => (this.preferences.at(-1)?.isSoundOnly ? [] : this.pictures);
  activeQuality = () => null;
  chooseQuality = (id: string | null) => void this.chosen.push(id);
  sounds: readonly AudioTrack[] = [];
  heard: string | null = null;
  audioTracks = () => this.sounds;
  activeAudioTrack = () => this.heard;
  chooseAudioTrack = (id: string) => {
    this.heard = id;
  };
  measures = () => ({ videoCodec: "avc1.64001f", audioCodec: null, bandwidthBps: 3_000_000 });
  textTracks = () => this.tracks;
  activeTextTrack = () => this.shownText;
  chooseTextTrack = (id: string | null) => {
    this.shownText = id;
  };
  cuesAt = () => [];
  offersMore = () => Promise.resolve(this.hasMore);
  playableSeconds = () => this.endSeconds;
  isGrowing = () => this.grows;

  destroy(): Promise<void> {
    this.isDestroyed = true;
    return Promise.resolve();
  }
}

const never: DisplayMode = {
  isSupported: () => false,
  isActive: () => false,
  enter: () => Promise.resolve(),
  leave: () => Promise.resolve(),
  watch: () => () => undefined,
};

const film: Source = {
  id: "bunny",
  hlsUrl: "/master.m3u8",
  protection: null,
  durationSeconds: 600,
  isGrowing: false,
  lineBps: null,
  buffering: { aheadSeconds: 30, resumeAfterSeconds: 0.5 },
  sessionId: "session",
  master: null,
};

let engines: ScriptedEngine[];
let stored: Map<string, string>;
let online: () => void = () => undefined;
let nowMs: number;
let renewals: number;
let reported: WatchProgress[];
let pictures: readonly Quality[];
let tracks: readonly TextTrack[];
let sounds: readonly AudioTrack[];
let offered: (string | null)[];
let isCast: boolean;
let announced: { name: string; press: (command: PlayerCommand) => void } | null;
let video: HTMLVideoElement;

beforeEach(() => {
  engines = [];
  stored = new Map();
  nowMs = 0;
  renewals = 0;
  reported = [];
  pictures = [];
  tracks = [];
  sounds = [];
  offered = [];
  isCast = false;
  announced = null;
  video = document.createElement("video");
});

function makePlayer(
  renew: () => Promise<Source> = () => Promise.resolve(film),
  preferences?: ViewerPreferences,
): Player {
  const platform: Platform = {
    name: "test",
    memory: {
      read: (key) => stored.get(key) ?? null,
      write: (key, value) => void stored.set(key, value),
    },
    fullscreen: never,
    pictureInPicture: never,
    casting: {
      ...never,
      isActive: () => isCast,
      offer: (_video, address) => void offered.push(address),
    },
    createLiveEngine: () => Promise.reject(new Error("nothing is live here")),
    announce: (playing, onCommand) => {
      announced = { name: playing.name, press: onCommand };
      return () => {
        announced = null;
      };
    },
    warmUp: () => undefined,
    codecs: () => [],
    createEngine: (_video, listener) => {
      const engine = new ScriptedEngine(listener);
      engine.pictures = pictures;
      engine.tracks = tracks;
      engine.sounds = sounds;
      engine.heard = sounds[0]?.id ?? null;
      engines.push(engine);
      return Promise.resolve(engine);
    },
    watchLeaving: () => () => undefined,
    watchOnline: (onOnline) => {
      online = onOnline;
      return () => undefined;
    },
    nowMs: () => nowMs,
  };
  const count = () => {
    renewals += 1;
    return renew();
  };
  return new Player({
    platform,
    video,
    stage: document.createElement("div"),
    renew: count,
    onProgress: (progress) => reported.push(progress),
    ...(preferences === undefined ? {} : { preferences }),
  });
}

function lastEngine(): ScriptedEngine {
  const engine = engines.at(-1);
  if (!engine) throw new Error("no engine was made");
  return engine;
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

test("a film starts at its beginning, or where it was left", async () => {
  await makePlayer().load(film);
  expect(lastEngine().loadedAt).toEqual([0]);
  const player = makePlayer();
  await player.load(film, 123);
  expect(lastEngine().loadedAt).toEqual([123]);
  expect(player.store.get()).toMatchObject({
    status: "ready",
    durationSeconds: 600,
    playableSeconds: 600,
  });
});

test("better pictures are taken where the film is, and a film that stands still stays so", async () => {
  const player = makePlayer();
  await player.load(film);
  video.currentTime = 42;
  await player.takeBetterPictures();
  expect(engines).toHaveLength(1);
  lastEngine().hasMore = true;
  player.store.set({ isPaused: false });
  const plays = vi.spyOn(video, "play");
  await player.takeBetterPictures();
  expect(engines.map(({ isDestroyed }) => isDestroyed)).toEqual([true, false]);
  expect(lastEngine().loadedAt).toEqual([42]);
  expect(plays).toHaveBeenCalledTimes(1);
  lastEngine().hasMore = true;
  player.store.set({ isPaused: true });
  await player.takeBetterPictures();
  expect(engines).toHaveLength(3);
  expect(plays).toHaveBeenCalledTimes(1);
});

test("better pictures that come while it is loading are taken after that", async () => {
  const player = makePlayer();
  const loading = player.load(film);
  await player.takeBetterPictures();
  expect(renewals).toBe(0);
  await loading;
  expect(renewals).toBe(1);
});

test("a film goes on when nobody can say whether it has better pictures", async () => {
  const player = makePlayer(() => Promise.reject(new Error("no line")));
  await player.load(film);
  lastEngine().hasMore = true;
  await player.takeBetterPictures();
  expect(engines).toHaveLength(1);
  expect(player.store.get().status).toBe("ready");
});

test("pictures are left out where the film is, and come back with the quality that is chosen", async () => {
  const size = { width: 854, height: 480, framesPerSecond: 25, bitrateBps: 1_000_000 };
  pictures = [{ id: "480p", ...size }];
  const player = makePlayer();
  await player.load(film);
  player.chooseQuality("480p");
  video.currentTime = 42;
  player.store.set({ isPaused: true });
  const plays = vi.spyOn(video, "play");
  await player.chooseSoundOnly();
  expect(lastEngine().loadedAt).toEqual([42]);
  expect(lastEngine().preferences).toEqual([{ ...noPreferences, isSoundOnly: true }]);
  expect(plays).not.toHaveBeenCalled();
  expect(player.store.get()).toMatchObject({
    isSoundOnly: true,
    qualities: pictures,
    chosenQuality: "480p",
  });
  lastEngine().hasMore = true;
  await player.takeBetterPictures();
  await player.chooseSoundOnly();
  expect(engines).toHaveLength(2);
  player.store.set({ isPaused: false });
  video.currentTime = 50;
  player.chooseQuality("480p");
  await settle();
  expect(engines).toHaveLength(3);
  expect(lastEngine().loadedAt).toEqual([50]);
  expect(lastEngine().preferences).toEqual([{ ...noPreferences, isSoundOnly: false }]);
  expect(lastEngine().chosen).toEqual(["480p"]);
  expect(plays).toHaveBeenCalledTimes(1);
});

test("pictures are left out also when nobody gives a fresh address", async () => {
  const player = makePlayer(() => Promise.reject(new Error("no line")));
  await player.chooseSoundOnly();
  expect(engines).toEqual([]);
  await player.load(film);
  await player.chooseSoundOnly();
  expect(lastEngine().preferences).toEqual([{ ...noPreferences, isSoundOnly: true }]);
});

test("it tells how far it is every ten seconds and when it stops", async () => {
  const player = makePlayer();
  await player.load(film);
  const pass = (atMs: number, seconds: number) => {
    nowMs = atMs;
    video.currentTime = seconds;
    video.dispatchEvent(new Event("timeupdate"));
  };
  video.dispatchEvent(new Event("playing"));
  pass(5_000, 1);
  pass(6_000, 2.5);
  expect(reported).toEqual([]);
  pass(10_001, 300);
  expect(reported).toEqual([{ positionSeconds: 300, durationSeconds: 600, watchedSeconds: 1.5 }]);
  pass(11_000, 301);
  expect(reported).toHaveLength(1);
  video.dispatchEvent(new Event("pause"));
  expect(reported.at(-1)).toEqual({
    positionSeconds: 301,
    durationSeconds: 600,
    watchedSeconds: 2.5,
  });
  await player.destroy();
  expect(reported).toHaveLength(3);
});

test("a growing film knows its whole length and how much of it can be played", async () => {
  const player = makePlayer();
  const loading = player.load({ ...film, isGrowing: true });
  await settle();
  const engine = lastEngine();
  engine.grows = true;
  engine.endSeconds = 80;
  await loading;
  engine.listener.onGrown();
  expect(player.store.get()).toMatchObject({
    isGrowing: true,
    durationSeconds: 600,
    playableSeconds: 80,
  });
  engine.grows = false;
  engine.endSeconds = 599.5;
  engine.listener.onGrown();
  expect(player.store.get()).toMatchObject({
    isGrowing: false,
    durationSeconds: 599.5,
    playableSeconds: 599.5,
  });
});

test("an expired address is renewed once; the second time in a row it is shown", async () => {
  const player = makePlayer();
  await player.load(film);
  lastEngine().listener.onProblem({ kind: "expired", technical: "403" });
  await settle();
  expect(player.store.get().status).toBe("ready");
  lastEngine().listener.onProblem({ kind: "expired", technical: "403" });
  await settle();
  expect(player.store.get()).toMatchObject({ status: "failed", problem: { kind: "expired" } });
  expect(renewals).toBe(1);
  nowMs = 40_000;
  lastEngine().listener.onProblem({ kind: "expired", technical: "403" });
  await settle();
  expect(renewals).toBe(2);
});

test("an address that is refused and a session that is over are renewed as one", async () => {
  const player = makePlayer();
  await player.load(film);
  lastEngine().listener.onProblem({ kind: "expired", technical: "403" });
  void player.retry();
  await settle();
  expect(player.store.get().status).toBe("ready");
  expect([renewals, engines.length]).toEqual([1, 2]);
  await player.retry();
  expect([renewals, engines.length]).toEqual([2, 3]);
});

test("a problem is shown, and trying again loads anew where the film stopped", async () => {
  const player = makePlayer();
  await player.load(film, 42);
  const first = lastEngine();
  first.listener.onProblem({ kind: "broken", technical: "decoder" });
  expect(player.store.get()).toMatchObject({ status: "failed", isWaiting: false });
  await player.retry();
  expect(first.isDestroyed).toBe(true);
  expect(lastEngine().loadedAt).toEqual([42]);
  expect(player.store.get()).toMatchObject({ status: "ready", problem: null });
});

test("trying again while the server is away keeps the first sentence", async () => {
  const player = makePlayer(() => Promise.reject(new Error("no answer")));
  await player.load(film);
  lastEngine().listener.onProblem({ kind: "missing", technical: "404" });
  await player.retry();
  expect(player.store.get()).toMatchObject({ status: "failed", problem: { kind: "missing" } });
});

test("the volume is remembered on the device", async () => {
  const player = makePlayer();
  player.setVolume(0.3);
  video.dispatchEvent(new Event("volumechange"));
  video = document.createElement("video");
  const next = makePlayer();
  expect(next.store.get()).toMatchObject({ volume: 0.3, isMuted: false });
  await player.destroy();
});

test("a player that is taken away while it loads leaves nothing behind", async () => {
  const player = makePlayer();
  const loading = player.load(film);
  await player.destroy();
  await loading;
  expect(lastEngine().isDestroyed).toBe(true);
  expect(lastEngine().loadedAt).toEqual([]);
});

test("a command is known at once, before the element tells of it", async () => {
  const player = makePlayer();
  await player.load(film);
  player.setVolume(0.6);
  player.setMuted(true);
  player.setMuted(false);
  player.setRate(1.5);
  expect(player.store.get()).toMatchObject({ volume: 0.6, isMuted: false, rate: 1.5 });
});

const fluent: ViewerPreferences = {
  ...noPreferences,
  maxHeight: 480,
  rate: 1.25,
  textLanguages: ["de", "en"],
};

test("a film plays as the viewer likes it, also after a problem", async () => {
  tracks = [
    { id: "1", language: "en", label: null },
    { id: "2", language: "de", label: null },
  ];
  const player = makePlayer(undefined, fluent);
  await player.load(film);
  expect(lastEngine().preferences).toEqual([{ ...fluent, isSoundOnly: false }]);
  expect(video.playbackRate).toBe(1.25);
  expect(video.defaultPlaybackRate).toBe(1.25);
  expect(player.store.get()).toMatchObject({ rate: 1.25, activeTextTrack: "2" });
  await player.retry();
  expect(engines).toHaveLength(2);
  expect(lastEngine().preferences).toEqual([{ ...fluent, isSoundOnly: false }]);
  expect(player.store.get().activeTextTrack).toBe("2");
});

test("what the viewer chooses on the spot counts more", async () => {
  tracks = [
    { id: "1", language: "en", label: null },
    { id: "2", language: "de", label: null },
  ];
  const player = makePlayer(undefined, fluent);
  await player.load(film);
  player.chooseTextTrack(null);
  player.setRate(2);
  await player.retry();
  expect(player.store.get()).toMatchObject({ rate: 2, activeTextTrack: null });
  expect(video.defaultPlaybackRate).toBe(2);
  player.toggleCaptions();
  expect(player.store.get().activeTextTrack).toBe("2");
});

test("whoever wants no subtitles gets none", async () => {
  tracks = [{ id: "1", language: "en", label: null }];
  const player = makePlayer();
  await player.load(film);
  expect(lastEngine().preferences).toEqual([{ ...noPreferences, isSoundOnly: false }]);
  expect(player.store.get()).toMatchObject({ rate: 1, activeTextTrack: null });
});

test("subtitles are turned off, and on again in the language they had", async () => {
  tracks = [
    { id: "1", language: "en", label: null },
    { id: "2", language: "de", label: null },
  ];
  const player = makePlayer();
  await player.load(film);
  player.toggleCaptions();
  expect(player.store.get().activeTextTrack).toBe("1");
  player.chooseTextTrack("2");
  player.toggleCaptions();
  expect(player.store.get().activeTextTrack).toBeNull();
  player.toggleCaptions();
  expect(player.store.get().activeTextTrack).toBe("2");
});

const english: AudioTrack = { id: "en//2", language: "en", label: null, channels: 2 };
const german: AudioTrack = { id: "de//2", language: "de", label: null, channels: 2 };

test("the sound that was chosen is heard again after a problem, where it is still there", async () => {
  sounds = [english, german];
  const player = makePlayer();
  await player.load(film);
  expect(player.store.get()).toMatchObject({ audioTracks: sounds, activeAudioTrack: "en//2" });
  player.obey({ do: "next-audio" });
  expect(player.store.get().activeAudioTrack).toBe("de//2");
  await player.retry();
  expect(player.store.get().activeAudioTrack).toBe("de//2");
  sounds = [english];
  await player.retry();
  expect(player.store.get().activeAudioTrack).toBe("en//2");
});

test("the keys of the system are obeyed until the player is put away", async () => {
  const player = makePlayer();
  await player.load(film);
  const stop = player.announce({ name: "Bunny", by: null, pictureUrl: null });
  expect(announced?.name).toBe("Bunny");
  announced?.press({ do: "seek", seconds: 120 });
  announced?.press({ do: "skip", seconds: -20 });
  expect(video.currentTime).toBe(100);
  stop();
  expect(announced).toBeNull();
});

test("single pictures are stepped through while the film stands", async () => {
  const player = makePlayer();
  await player.load(film, 10);
  const pauses = vi.spyOn(video, "pause");
  player.obey({ do: "seek", seconds: 10 });
  player.obey({ do: "frame", step: 1 });
  expect(video.currentTime).toBeCloseTo(10.04, 6);
  player.obey({ do: "frame", step: -1 });
  expect(video.currentTime).toBeCloseTo(10, 6);
  expect(pauses).toHaveBeenCalledTimes(2);
});

test("it says how long the first picture took, and what it measures", async () => {
  nowMs = 1_000;
  const player = makePlayer();
  await player.load(film, 0, true);
  expect(player.store.get().startUpMs).toBeNull();
  nowMs = 1_400;
  video.dispatchEvent(new Event("playing"));
  nowMs = 9_000;
  video.dispatchEvent(new Event("playing"));
  expect(player.store.get().startUpMs).toBe(400);
  video.getVideoPlaybackQuality = () => ({ droppedVideoFrames: 1, totalVideoFrames: 50 }) as never;
  expect(player.debugState()).toMatchObject({
    startUpMs: 400,
    videoCodec: "avc1.64001f",
    bandwidthBps: 3_000_000,
    bufferedSeconds: 0,
    droppedFrames: 1,
  });
});

test("it begins by what the line carried last time, and goes on by what it has measured", async () => {
  const player = makePlayer();
  await player.load({ ...film, lineBps: 900_000 });
  await player.retry();
  expect(engines.map(({ lineBps }) => lineBps)).toEqual([[900_000], [3_000_000]]);
});

/** Load a film and let its first picture move. */
async function playFilm(renew?: () => Promise<Source>): Promise<Player> {
  const player = makePlayer(renew);
  await player.load(film, 42);
  video.dispatchEvent(new Event("playing"));
  return player;
}

const lost: PlayerProblem = { kind: "unreachable", technical: "timeout" };

test("a line that is lost while a film plays is waited for, and found again by itself", async () => {
  vi.useFakeTimers();
  const player = await playFilm();
  const engine = lastEngine();
  engine.listener.onProblem(lost);
  expect(player.store.get()).toMatchObject({ status: "ready", problem: null, isLineLost: true });
  await vi.advanceTimersByTimeAsync(1_500);
  expect(engine.fetches).toBe(1);
  nowMs += 299_000;
  engine.listener.onProblem(lost);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(engine.fetches).toBe(2);
  video.dispatchEvent(new Event("progress"));
  expect(player.store.get().isLineLost).toBe(false);
  nowMs += 299_000;
  engine.listener.onProblem(lost);
  expect(player.store.get().status).toBe("ready");
  await player.destroy();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(engine.fetches).toBe(2);
  vi.useRealTimers();
});

test("whoever thinks that the line is back need not wait", async () => {
  vi.useFakeTimers();
  const player = await playFilm();
  const engine = lastEngine();
  player.tryNow();
  online();
  expect(engine.fetches).toBe(0);
  engine.listener.onProblem(lost);
  player.tryNow();
  expect(engine.fetches).toBe(1);
  engine.listener.onProblem(lost);
  online();
  expect(engine.fetches).toBe(2);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(engine.fetches).toBe(2);
  vi.useRealTimers();
});

test("a line that stays away for five minutes is said to be away", async () => {
  vi.useFakeTimers();
  const player = await playFilm();
  lastEngine().listener.onProblem(lost);
  nowMs += 300_000;
  lastEngine().listener.onProblem(lost);
  expect(player.store.get()).toMatchObject({ status: "failed", problem: lost });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(lastEngine().fetches).toBe(0);
  vi.useRealTimers();
});

test("an engine that cannot fetch again is loaded anew, as soon as there is an address", async () => {
  vi.useFakeTimers();
  let isAway = true;
  const player = await playFilm(() =>
    isAway ? Promise.reject(new Error("no answer")) : Promise.resolve(film),
  );
  lastEngine().fetchesAgain = false;
  lastEngine().listener.onProblem(lost);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(player.store.get()).toMatchObject({ status: "loading", problem: null });
  isAway = false;
  await vi.advanceTimersByTimeAsync(1_500);
  expect(engines).toHaveLength(2);
  expect(lastEngine().loadedAt).toEqual([42]);
  expect(player.store.get().status).toBe("ready");
  await player.destroy();
  vi.useRealTimers();
});

test("another screen is offered what it can play, and keys are not given to it", async () => {
  const player = makePlayer();
  await player.load(film);
  await player.load({ ...film, protection: { licenseUrl: "/keys", keyIds: ["k"] } });
  expect(offered).toEqual(["/master.m3u8", null]);
});

test("silence while another screen is heard is not remembered", async () => {
  const player = makePlayer();
  await player.load(film);
  player.setMuted(false);
  const before = stored.get("streamverse.volume");
  isCast = true;
  player.setMuted(true);
  expect(stored.get("streamverse.volume")).toBe(before);
  isCast = false;
  player.setMuted(true);
  expect(stored.get("streamverse.volume")).toBe("[1,true]");
});
