import { bufferedRanges } from "./buffer";
import type { Cue } from "./cues";
import { debugStateOf, nothingMeasured } from "./debug-state";
import type { Engine, EngineListener } from "./engine";
import { type PlayerCommand, steppedRate } from "./keys";
import { inWantedLanguage } from "./languages";
import { Outage } from "./outage";
import type { NowPlaying, Platform } from "./platform";
import type { PlayerProblem } from "./problem";
import {
  initialState,
  noPreferences,
  type PlayerDebugState,
  type PlayerState,
  type Source,
  type ViewerPreferences,
} from "./state";
import { Store } from "./store";
import { clamp } from "./time";
import { keepVolume, recallVolume } from "./volume";

/** Closer than this to the end of a growing film, a wait is the encoder's and not the network's. */
const EDGE_SECONDS = 1.5;
/** So long the newest part may take to arrive after the playlist has named it. */
const ARRIVAL_MS = 3_000;
/**
 * The first picture, but not quite zero: there the film stands until the engine has moved it to its
 * start, and for a second the engine takes whoever goes there for a start that has not happened.
 */
const BEGINNING_SECONDS = 0.001;
const REPORT_EVERY_MS = 10_000;
/** Between two looks at the position the film moves no further than this, unless somebody jumps. */
const LONGEST_STEP_SECONDS = 2;
const RENEW_AT_MOST_EVERY_MS = 30_000;
const USUAL_FRAMES_PER_SECOND = 25;

/** How far a film is, and how much of it was really watched since it was loaded. */
export interface WatchProgress {
  readonly positionSeconds: number;
  readonly durationSeconds: number;
  readonly watchedSeconds: number;
}

export interface PlayerOptions {
  platform: Platform;
  video: HTMLVideoElement;
  /** What fills the screen in full-screen mode: the video with its controls. */
  stage: HTMLElement;
  /** Get a fresh source for the same title, when the signed address has expired. */
  renew: () => Promise<Source>;
  preferences?: ViewerPreferences;
  /** Told every ten seconds, and whenever the film stops or the page may go away. */
  onProgress?: (progress: WatchProgress) => void;
}

/** One film on one media element: commands in, watched state out. */
export class Player {
  readonly store = new Store<PlayerState>(initialState);
  readonly #options: PlayerOptions;
  readonly #preferences: ViewerPreferences;
  /** In which languages to show subtitles; what the viewer chooses takes the place of it. */
  #textLanguages: readonly string[];
  readonly #cleanups: (() => void)[] = [];
  #engine: Engine | null = null;
  #source: Source | null = null;
  #hasMoved = false;
  /** Where the viewer went while the film was still loading. */
  #wantedSeconds: number | null = null;
  /** Better pictures came while it was loading. */
  #isOutgrown = false;
  #isDestroyed = false;
  #lastTextTrack: string | null = null;
  #chosenAudioTrack: string | null = null;
  #wishedAtMs: number | null = null;
  #reportedAtMs = 0;
  #watchedSeconds = 0;
  #seenAtSeconds: number | null = null;
  #renewedAtMs = -Infinity;
  #isRenewing = false;
  readonly #outage = new Outage(
    () => this.#tryAgain(),
    (isLineLost) => this.store.set({ isLineLost }),
  );
  /** When more of a growing film was last named, and where its end was before. */
  #lastGrowth = { atMs: -Infinity, endSeconds: 0 };

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#preferences = options.preferences ?? noPreferences;
    this.#textLanguages = this.#preferences.textLanguages;
    this.#restoreVolume();
    this.setRate(this.#preferences.rate);
    this.#listen();
  }

  /** Load a source and play it from `start`, in seconds; or hold it there. */
  async load(source: Source, start = 0, isHeld = false): Promise<void> {
    this.#source = source;
    this.#wishedAtMs ??= this.#options.platform.nowMs();
    this.#hasMoved = false;
    this.#wantedSeconds = null;
    this.store.set({
      status: "loading",
      problem: null,
      isWaiting: true,
      isEnded: false,
      isGrowing: source.isGrowing,
      durationSeconds: source.durationSeconds,
      positionSeconds: start,
    });
    const before = this.#engine;
    const lineBps = before?.measures().bandwidthBps ?? source.lineBps;
    this.#engine = null;
    await before?.destroy();
    const { platform, video } = this.#options;
    const engine = await platform.createEngine(video, this.#engineListener());
    if (this.#isDestroyed) return engine.destroy();
    this.#engine = engine;
    engine.prefer({ ...this.#preferences, isSoundOnly: this.store.get().isSoundOnly });
    await engine.load({ ...source, lineBps }, start);
    if (!this.#isStillLoading(engine)) return;
    this.store.set({ status: "ready" });
    // Keys are given to this device alone.
    platform.casting.offer(video, source.protection === null ? source.hlsUrl : null);
    this.#readTracks();
    this.#keepChosenQuality();
    this.#keepChosenSound();
    this.#choosePreferredText();
    this.#readGrowth();
    this.#grantWish();
    if (!isHeld) await this.play();
    if (this.#isOutgrown) await this.takeBetterPictures();
  }

  /** Begin to use the better pictures that a film has got since it was loaded, where it is. */
  async takeBetterPictures(): Promise<void> {
    const engine = this.#engine;
    this.#isOutgrown = this.store.get().status === "loading";
    if (!engine || this.store.get().status !== "ready" || this.store.get().isSoundOnly) return;
    let source: Source;
    try {
      source = await this.#options.renew();
      if (!(await engine.offersMore(source))) return;
    } catch {
      return; // What plays goes on.
    }
    const { status, isEnded, isPaused } = this.store.get();
    if (this.#isDestroyed || this.#engine !== engine || status !== "ready" || isEnded) return;
    await this.load(source, this.#options.video.currentTime, isPaused);
  }

  /** Start again after a problem, with a fresh address, where the film stopped. */
  async retry(): Promise<void> {
    // After a long silence what is fetched and what is told both come back as refused.
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    const { positionSeconds, problem } = this.store.get();
    this.store.set({ status: "loading", problem: null, isWaiting: true });
    let source: Source;
    try {
      source = await this.#options.renew().finally(() => (this.#isRenewing = false));
    } catch (error) {
      const technical = error instanceof Error ? error.message : String(error);
      const met = problem ?? { kind: "unreachable", technical };
      if (!this.#outage.isOn) this.#fail(met);
      else await this.#meet(met);
      return;
    }
    await this.load(source, positionSeconds);
  }

  async play(): Promise<void> {
    try {
      await this.#options.video.play();
    } catch {
      // The browser wants a gesture first: the big play button stands ready.
      this.store.set({ isPaused: true, isWaiting: false });
    }
  }

  pause(): void {
    this.#options.video.pause();
  }

  async togglePlay(): Promise<void> {
    if (this.#options.video.paused || this.store.get().isEnded) await this.play();
    else this.pause();
  }

  seek(seconds: number): void {
    const { playableSeconds, status } = this.store.get();
    // The engine moves to its own start when it has loaded: the wish is granted after that.
    if (status === "loading") this.#wantedSeconds = seconds;
    this.#options.video.currentTime = clamp(seconds, BEGINNING_SECONDS, playableSeconds);
    this.store.set({ positionSeconds: this.#options.video.currentTime, isEnded: false });
  }

  // The element tells of changes a moment later, when the next key may have been pressed already.

  setVolume(volume: number): void {
    this.#options.video.volume = clamp(volume, 0, 1);
    this.#options.video.muted = volume <= 0;
    this.#noteVolume();
  }

  setMuted(isMuted: boolean): void {
    this.#options.video.muted = isMuted;
    if (!isMuted && this.#options.video.volume === 0) this.#options.video.volume = 0.5;
    this.#noteVolume();
  }

  setRate(rate: number): void {
    this.#options.video.playbackRate = rate;
    // A fresh address after a problem goes on at the speed that was chosen.
    this.#options.video.defaultPlaybackRate = rate;
    this.store.set({ rate });
  }

  /** Keep to one quality; null adapts. Pictures that were left out come back. */
  chooseQuality(id: string | null): void {
    this.store.set({ chosenQuality: id });
    if (this.store.get().isSoundOnly) return void this.#loadHere({ isSoundOnly: false });
    this.#engine?.chooseQuality(id);
    this.#readTracks();
  }

  /** Leave the pictures out, for whoever has hardly a line or looks elsewhere. */
  async chooseSoundOnly(): Promise<void> {
    if (!this.store.get().isSoundOnly) await this.#loadHere({ isSoundOnly: true });
  }

  /** Load it in another way where it is: an engine knows from the start what it leaves out. */
  async #loadHere(way: Pick<PlayerState, "isSoundOnly">): Promise<void> {
    const known = this.#source;
    if (known === null) return;
    this.store.set(way);
    const source = await this.#options.renew().catch(() => known);
    if (this.#isDestroyed) return;
    await this.load(source, this.#options.video.currentTime, this.store.get().isPaused);
  }

  chooseAudioTrack(id: string): void {
    this.#chosenAudioTrack = id;
    this.#engine?.chooseAudioTrack(id);
    this.#readTracks();
  }

  chooseTextTrack(id: string | null): void {
    const chosen = this.store.get().textTracks.find((track) => track.id === id);
    this.#textLanguages = chosen === undefined ? [] : [chosen.language];
    this.#lastTextTrack = id ?? this.#lastTextTrack;
    this.#engine?.chooseTextTrack(id);
    this.#readTracks();
  }

  /** Turn subtitles off, or on again: those shown last, or wanted, or the first there are. */
  toggleCaptions(): void {
    const { activeTextTrack, textTracks } = this.store.get();
    const wanted = inWantedLanguage(textTracks, this.#preferences.textLanguages);
    const last = textTracks.find(({ id }) => id === this.#lastTextTrack) ?? wanted;
    this.chooseTextTrack(activeTextTrack === null ? ((last ?? textTracks[0])?.id ?? null) : null);
  }

  /** The subtitles to draw just now. */
  cues(): readonly Cue[] {
    return this.#engine?.cuesAt(this.#options.video.currentTime) ?? [];
  }

  toggleFullscreen(): Promise<void> {
    return this.#toggle("fullscreen");
  }

  togglePictureInPicture(): Promise<void> {
    return this.#toggle("pictureInPicture");
  }

  toggleCasting(): Promise<void> {
    return this.#toggle("casting");
  }

  /** Show what plays, and hear keys, where the system does; gives back how to end it. */
  announce(playing: NowPlaying): () => void {
    return this.#options.platform.announce(playing, (command) => this.obey(command));
  }

  /** Do what a key asks for. */
  obey(command: PlayerCommand): void {
    const state = this.store.get();
    switch (command.do) {
      case "play":
        return void this.play();
      case "pause":
        return this.pause();
      case "toggle-play":
        return void this.togglePlay();
      case "toggle-mute":
        return this.setMuted(!state.isMuted);
      case "toggle-fullscreen":
        return void this.toggleFullscreen();
      case "toggle-picture-in-picture":
        return void this.togglePictureInPicture();
      case "toggle-captions":
        return this.toggleCaptions();
      case "next-audio":
        return this.#chooseNextSound();
      case "skip":
        return this.seek(state.positionSeconds + command.seconds);
      case "seek":
        return this.seek(command.seconds);
      case "seek-fraction":
        return this.seek(command.fraction * state.durationSeconds);
      case "frame":
        return this.#stepFrame(command.step);
      case "volume":
        return this.setVolume((state.isMuted ? 0 : state.volume) + command.by);
      case "rate":
        return this.setRate(steppedRate(state.rate, command.step));
    }
  }

  debugState = (): PlayerDebugState => {
    const measures = this.#engine?.measures() ?? nothingMeasured;
    return debugStateOf(this.#options.video, this.store.get(), measures);
  };

  /** Whoever waits for a lost line thinks that it is back. */
  tryNow(): void {
    this.#outage.hurry();
  }

  async destroy(): Promise<void> {
    this.#report();
    this.#isDestroyed = true;
    this.#outage.end();
    for (const cleanup of this.#cleanups) cleanup();
    await this.#engine?.destroy();
  }

  /** A new engine knows nothing of what was chosen, and may not have it. */
  #keepChosenQuality(): void {
    const { chosenQuality, qualities, isSoundOnly } = this.store.get();
    if (chosenQuality === null || isSoundOnly) return;
    this.chooseQuality(qualities.some(({ id }) => id === chosenQuality) ? chosenQuality : null);
  }

  #keepChosenSound(): void {
    const { audioTracks } = this.store.get();
    const chosen = audioTracks.find(({ id }) => id === this.#chosenAudioTrack);
    if (chosen !== undefined) this.chooseAudioTrack(chosen.id);
  }

  #chooseNextSound(): void {
    const { audioTracks, activeAudioTrack } = this.store.get();
    const at = audioTracks.findIndex(({ id }) => id === activeAudioTrack);
    const next = audioTracks[(at + 1) % Math.max(1, audioTracks.length)];
    if (next !== undefined) this.chooseAudioTrack(next.id);
  }

  /** Single pictures are looked at while the film stands. */
  #stepFrame(step: 1 | -1): void {
    const { activeQuality } = this.store.get();
    this.pause();
    const seconds = 1 / (activeQuality?.framesPerSecond ?? USUAL_FRAMES_PER_SECOND);
    this.seek(this.#options.video.currentTime + step * seconds);
  }

  #choosePreferredText(): void {
    const wanted = inWantedLanguage(this.store.get().textTracks, this.#textLanguages);
    if (wanted !== undefined) this.chooseTextTrack(wanted.id);
  }

  #grantWish(): void {
    if (this.#wantedSeconds !== null) this.seek(this.#wantedSeconds);
  }

  /** Asked after each wait: the page may be gone by then, or the load may have failed. */
  #isStillLoading(engine: Engine): boolean {
    return !this.#isDestroyed && this.#engine === engine && this.store.get().status === "loading";
  }

  #engineListener(): EngineListener {
    return {
      onTracksChanged: () => this.#readTracks(),
      onGrown: () => this.#readGrowth(),
      onWaiting: (isWaiting) =>
        isWaiting ? this.#noteWait() : this.store.set({ isWaiting: false }),
      onProblem: (problem) => void this.#meet(problem),
    };
  }

  /**
   * An expired address is renewed unseen, but not over and over, and a line that is lost while a
   * film plays is waited for; anything else is shown.
   */
  async #meet(problem: PlayerProblem): Promise<void> {
    if (this.#isDestroyed) return;
    const nowMs = this.#options.platform.nowMs();
    const mayRenew = nowMs - this.#renewedAtMs > RENEW_AT_MOST_EVERY_MS;
    if (problem.kind === "expired" && mayRenew) {
      this.#renewedAtMs = nowMs;
      return this.retry();
    }
    const hasPlayed = this.store.get().startUpMs !== null;
    if (problem.kind === "unreachable" && hasPlayed && this.#outage.endures(nowMs)) return;
    this.#fail(problem);
  }

  #tryAgain(): void {
    if (this.store.get().status === "ready" && this.#engine?.fetchAgain()) return;
    void this.retry();
  }

  #fail(problem: PlayerProblem): void {
    this.#report();
    this.pause();
    this.#outage.end();
    this.store.set({ status: "failed", problem, isWaiting: false });
  }

  #readTracks(): void {
    const engine = this.#engine;
    if (!engine) return;
    const { qualities, isSoundOnly } = this.store.get();
    this.store.set({
      // Without pictures an engine knows none, but they can be chosen again.
      qualities: isSoundOnly ? qualities : engine.qualities(),
      activeQuality: engine.activeQuality(),
      audioTracks: engine.audioTracks(),
      activeAudioTrack: engine.activeAudioTrack(),
      textTracks: engine.textTracks(),
      activeTextTrack: engine.activeTextTrack(),
    });
  }

  #readGrowth(): void {
    const engine = this.#engine;
    if (!engine || !this.#source) return;
    const before = this.store.get();
    const isGrowing = engine.isGrowing();
    const playableSeconds = engine.playableSeconds();
    const known = this.#source.durationSeconds;
    const durationSeconds = isGrowing ? Math.max(known, playableSeconds) : playableSeconds;
    this.store.set({ isGrowing, playableSeconds, durationSeconds });
    const hasMore = playableSeconds > before.playableSeconds;
    if (hasMore && before.isGrowing) {
      const atMs = this.#options.platform.nowMs();
      this.#lastGrowth = { atMs, endSeconds: before.playableSeconds };
    }
    // The element may have called what there was "the end"; it goes on when there is more.
    if (hasMore && this.#options.video.ended && !before.isEnded) void this.play();
  }

  #listen(): void {
    const { video, platform } = this.#options;
    const on = (event: string, run: () => unknown) => {
      video.addEventListener(event, run);
      this.#cleanups.push(() => video.removeEventListener(event, run));
    };
    on("play", () => this.store.set({ isPaused: false, isEnded: false }));
    on("pause", () => {
      this.store.set({ isPaused: true });
      this.#report();
    });
    on("playing", () => {
      this.#hasMoved = true;
      this.store.set({ isWaiting: false, isPaused: false });
      this.#noteStart();
    });
    on("canplay", () => this.store.set({ isWaiting: false }));
    on("waiting", () => this.#noteWait());
    on("seeking", () => this.store.set({ positionSeconds: video.currentTime }));
    on("seeked", () =>
      this.store.set({ isWaiting: video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA }),
    );
    on("ended", () => this.#noteEnd());
    on("timeupdate", () => this.#noteTime());
    on("progress", () => {
      this.#outage.end();
      this.#readBuffered();
    });
    // An engine holds the picture by a rate of zero; that is not the viewer's choice.
    on("ratechange", () => video.playbackRate > 0 && this.store.set({ rate: video.playbackRate }));
    on("resize", () => this.#readTracks());
    on("volumechange", () => this.#noteVolume());
    for (const [name, field] of modes) {
      const mode = platform[name];
      const read = () =>
        this.store.set({
          [field]: mode.isActive(video),
          mayCast: platform.casting.isSupported(video),
        });
      this.#cleanups.push(mode.watch(video, read));
    }
    this.#cleanups.push(platform.watchLeaving(() => this.#report()));
    this.#cleanups.push(platform.watchOnline(() => this.tryNow()));
  }

  #noteTime(): void {
    const { video, platform } = this.#options;
    // Until the film is there, the element says zero and the wanted position stands.
    if (this.store.get().status !== "ready") return;
    this.store.set({ positionSeconds: video.currentTime });
    this.#countWatched(video.currentTime);
    this.#readBuffered();
    if (platform.nowMs() - this.#reportedAtMs > REPORT_EVERY_MS) this.#report();
  }

  #noteStart(): void {
    if (this.store.get().startUpMs !== null || this.#wishedAtMs === null) return;
    this.store.set({ startUpMs: this.#options.platform.nowMs() - this.#wishedAtMs });
  }

  #noteWait(): void {
    const { video } = this.#options;
    const { stalls, edgeWaits, isWaiting } = this.store.get();
    this.store.set({ isWaiting: true });
    // The element and the engine may both tell of the same wait.
    if (isWaiting || !this.#hasMoved || video.seeking || video.paused) return;
    if (this.#isAtEdge()) this.store.set({ edgeWaits: edgeWaits + 1 });
    else this.store.set({ stalls: stalls + 1 });
  }

  #isAtEdge(): boolean {
    const { isGrowing, playableSeconds } = this.store.get();
    const hasJustGrown = this.#options.platform.nowMs() - this.#lastGrowth.atMs < ARRIVAL_MS;
    const endSeconds = hasJustGrown ? this.#lastGrowth.endSeconds : playableSeconds;
    return (
      (isGrowing || hasJustGrown) && endSeconds - this.#options.video.currentTime < EDGE_SECONDS
    );
  }

  #noteEnd(): void {
    const { isGrowing, edgeWaits } = this.store.get();
    if (isGrowing) {
      this.store.set({ isWaiting: true, edgeWaits: edgeWaits + 1 });
    } else {
      this.store.set({ isEnded: true, isPaused: true, isWaiting: false });
      this.#report();
    }
  }

  #noteVolume(): void {
    const { video, platform } = this.#options;
    this.store.set({ volume: video.volume, isMuted: video.muted });
    // Silence while another screen is heard is nobody's choice.
    if (platform.casting.isActive(video)) return;
    keepVolume(platform.memory, video);
  }

  #restoreVolume(): void {
    const { video, platform } = this.#options;
    const [volume, isMuted] = recallVolume(platform.memory);
    video.volume = volume;
    video.muted = isMuted;
    this.store.set({ volume, isMuted });
  }

  #readBuffered(): void {
    this.store.set({ buffered: bufferedRanges(this.#options.video) });
  }

  #countWatched(seconds: number): void {
    const step = seconds - (this.#seenAtSeconds ?? seconds);
    if (step > 0 && step <= LONGEST_STEP_SECONDS) this.#watchedSeconds += step;
    this.#seenAtSeconds = seconds;
  }

  #report(): void {
    if (!this.#source || !this.#hasMoved) return;
    this.#reportedAtMs = this.#options.platform.nowMs();
    const { positionSeconds, durationSeconds } = this.store.get();
    const watchedSeconds = this.#watchedSeconds;
    this.#options.onProgress?.({ positionSeconds, durationSeconds, watchedSeconds });
  }

  async #toggle(name: (typeof modes)[number][0]): Promise<void> {
    const { platform, stage, video } = this.#options;
    const mode = platform[name];
    if (mode.isActive(video)) await mode.leave(stage, video);
    else if (mode.isSupported(video)) await mode.enter(stage, video);
  }
}

const modes = [
  ["fullscreen", "isFullscreen"],
  ["pictureInPicture", "isPictureInPicture"],
  ["casting", "isCasting"],
] as const;
