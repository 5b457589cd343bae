import { beforeEach, expect, test } from "vitest";

import type { Engine, EngineListener } from "./engine";
import type { DisplayMode, Platform } from "./platform";
import { Player } from "./player";
import { noPreferences, type Source, type TextTrack, type ViewerPreferences } from "./state";

/** An engine that does as it is told: the seam that every platform fills. */
class ScriptedEngine implements Engine {
  loadedAt: number[] = [];
  isDestroyed = false;
  endSeconds = 600;
  grows = false;

  constructor(readonly listener: EngineListener) {}

  load(_source: Source, startSeconds: number): Promise<void> {
    this.loadedAt.push(startSeconds);
    return Promise.resolve();
  }

  preferences: ViewerPreferences[] = [];
  tracks: readonly TextTrack[] = [];
  shownText: string | null = null;

  prefer(preferences: ViewerPreferences): void {
    this.preferences.push(preferences);
  }

  qualities = () => [];
  activeQuality = () => null;
  chooseQuality = () => undefined;
  textTracks = () => this.tracks;
  activeTextTrack = () => this.shownText;
  chooseTextTrack = (id: string | null) => {
    this.shownText = id;
  };
  cuesAt = () => [];
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
};

let engines: ScriptedEngine[];
let stored: Map<string, string>;
let nowMs: number;
let renewals: number;
let tracks: readonly TextTrack[];
let video: HTMLVideoElement;

beforeEach(() => {
  engines = [];
  stored = new Map();
  nowMs = 0;
  renewals = 0;
  tracks = [];
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
    createEngine: (_video, listener) => {
      const engine = new ScriptedEngine(listener);
      engine.tracks = tracks;
      engines.push(engine);
      return Promise.resolve(engine);
    },
    watchLeaving: () => () => undefined,
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
  stored.set("streamverse.positions", '[["bunny",123]]');
  const player = makePlayer();
  await player.load(film);
  expect(lastEngine().loadedAt).toEqual([123]);
  expect(player.store.get()).toMatchObject({
    status: "ready",
    durationSeconds: 600,
    playableSeconds: 600,
  });
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

test("a problem is shown, and trying again loads anew where the film stopped", async () => {
  const player = makePlayer();
  await player.load(film, 42);
  const first = lastEngine();
  first.listener.onProblem({ kind: "unreachable", technical: "timeout" });
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
  expect(lastEngine().preferences).toEqual([fluent]);
  expect(video.playbackRate).toBe(1.25);
  expect(video.defaultPlaybackRate).toBe(1.25);
  expect(player.store.get()).toMatchObject({ rate: 1.25, activeTextTrack: "2" });
  await player.retry();
  expect(engines).toHaveLength(2);
  expect(lastEngine().preferences).toEqual([fluent]);
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
  expect(lastEngine().preferences).toEqual([noPreferences]);
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
