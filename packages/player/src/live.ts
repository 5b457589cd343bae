import type { PlayerCommand } from "./keys";
import {
  type CreateLiveEngine,
  type LiveEngine,
  type LiveLimits,
  type LiveMode,
  NotFollowed,
} from "./live-engine";
import { ToldLive } from "./live-telling";
import { findQualities, joinQualities } from "./offered";
import type { PlayerProblem } from "./problem";
import { MOST_FAILURES, waitBeforeReturnMs, weightOf } from "./returning";
import { noPreferences, type Quality } from "./state";
import { Store } from "./store";
import type { ToldPlayer } from "./telling";
import { clamp } from "./time";

/** Where a stream is followed; by WebRTC unless that cannot be. */
export interface LiveAddresses {
  readonly hlsUrl: string;
  readonly whepUrl: string | null;
  /** Where the keys of a protected stream are asked for; null for one in the clear. */
  readonly licenseUrl: string | null;
}

/** How a viewer stands to the edge of a stream. */
export interface LiveState {
  readonly status: "loading" | "ready" | "failed" | "ended";
  readonly problem: PlayerProblem | null;
  readonly isPaused: boolean;
  readonly isMuted: boolean;
  readonly isWaiting: boolean;
  /** How far what is shown is behind what happens; null while nobody knows. */
  readonly latencySeconds: number | null;
  /** How far it can be rewound, and where it is in that: both count back from the edge. */
  readonly rewindSeconds: number;
  readonly behindSeconds: number;
  /** How it is followed, which need not be what was asked for. */
  readonly mode: LiveMode;
  /** The connection by WebRTC was lost, and is being made anew. */
  readonly isReturning: boolean;
  /** WebRTC was wanted, and was given up as it showed nothing. */
  readonly hasFallenBack: boolean;
  /** What there is by HLS; by WebRTC a stream goes out as it is sent. */
  readonly qualities: readonly Quality[];
  /** The chosen quality; null lets the player adapt. */
  readonly chosenQuality: string | null;
  readonly activeQuality: Quality | null;
}

export const initialLiveState: LiveState = {
  status: "loading",
  problem: null,
  isPaused: true,
  isMuted: false,
  isWaiting: true,
  latencySeconds: null,
  rewindSeconds: 0,
  behindSeconds: 0,
  mode: "low",
  isReturning: false,
  hasFallenBack: false,
  qualities: [],
  chosenQuality: null,
  activeQuality: null,
};

/** Whoever is closer to the edge than this sees it live. */
export const LIVE_WITHIN_SECONDS = 5;
const LOOK_EVERY_MS = 500;
/** Smaller pictures may begin to be made while somebody watches. */
export const LOOK_FOR_QUALITIES_EVERY_MS = 10_000;

/** What became of an attempt to follow: it shows, something else was begun, or why it shows not. */
type Outcome = "shown" | "outdated" | NotFollowed;

/** One stream on one media element: commands in, watched state out. */
export class LivePlayer {
  readonly store = new Store<LiveState>(initialLiveState);
  readonly #video: HTMLVideoElement;
  readonly #createEngine: CreateLiveEngine;
  readonly #cleanups: (() => void)[] = [];
  #addresses: LiveAddresses = { hlsUrl: "", whepUrl: null, licenseUrl: null };
  #limits: LiveLimits = noPreferences;
  #serverNowMs: (() => number) | null = null;
  /** What the server offered last, which an engine that began before may not have. */
  #offered: readonly Quality[] = [];
  /** What another engine was begun for; one that still lacks it does not play it. */
  readonly #takenUp = new Set<string>();
  #engine: LiveEngine | null = null;
  /** What was begun last counts; whatever else is under way ends. */
  #turn = 0;

  constructor(video: HTMLVideoElement, createEngine: CreateLiveEngine) {
    this.#video = video;
    this.#createEngine = createEngine;
    const on = (event: string, run: () => void) => {
      video.addEventListener(event, run);
      this.#cleanups.push(() => video.removeEventListener(event, run));
    };
    on("play", () => this.store.set({ isPaused: false }));
    on("pause", () => this.store.set({ isPaused: true }));
    on("playing", () => this.store.set({ isWaiting: false }));
    on("waiting", () => this.store.set({ isWaiting: true }));
    on("volumechange", () => this.store.set({ isMuted: video.muted }));
    on("ended", () => this.store.set({ status: "ended" }));
    const looking = setInterval(() => this.#look(), LOOK_EVERY_MS);
    const learning = setInterval(() => this.#learnAgain(), LOOK_FOR_QUALITIES_EVERY_MS);
    this.#cleanups.push(
      () => clearInterval(looking),
      () => clearInterval(learning),
    );
  }

  /** Follow a stream from its edge on. */
  async load(addresses: LiveAddresses, mode: LiveMode = "low"): Promise<void> {
    this.#addresses = addresses;
    this.#offered = [];
    this.#takenUp.clear();
    await this.follow(mode);
  }

  /** Follow it this way from now on; by HLS where WebRTC shows nothing. */
  async follow(mode: LiveMode): Promise<void> {
    const { whepUrl } = this.#addresses;
    this.store.set({ isReturning: false, hasFallenBack: false });
    if (mode !== "lowest" || whepUrl === null) {
      await this.#followHls(mode === "steady" ? mode : "low");
      return;
    }
    const outcome = await this.#followWhep(whepUrl);
    if (outcome instanceof NotFollowed) await this.#fallBack();
  }

  /** What a teller tells of it, by how long ago somebody wished to see the stream. */
  told(sinceWishMs: () => number): ToldPlayer {
    return new ToldLive(this, this.#video, sinceWishMs);
  }

  /** Tell the time by the server's clock, as the device's may be wrong. */
  tellTimeBy(serverNowMs: () => number): void {
    this.#serverNowMs = serverNowMs;
  }

  /** Keep to no more than the viewer likes while it adapts. */
  prefer(limits: LiveLimits): void {
    this.#limits = limits;
    this.#engine?.prefer(limits);
  }

  /** Keep to one quality, which there is by HLS alone; null adapts again. */
  chooseQuality(id: string | null): void {
    this.store.set({ chosenQuality: id });
    const { mode } = this.store.get();
    if (id !== null && mode === "lowest") void this.follow("low");
    // No engine takes up what began to be offered after it was loaded.
    else if (id !== null && this.#engine && !this.#has(id)) void this.follow(mode);
    else if (mode !== "lowest") {
      this.#engine?.chooseQuality(id);
      this.#readTracks();
    }
  }

  async #followHls(mode: LiveMode): Promise<void> {
    const fail = (problem: PlayerProblem) => this.store.set({ status: "failed", problem });
    const { hlsUrl, licenseUrl } = this.#addresses;
    const outcome = await this.#follow(hlsUrl, licenseUrl, mode, fail);
    if (outcome === "shown") this.#keepChosenQuality();
    if (outcome instanceof NotFollowed) fail(outcome.problem);
  }

  async #followWhep(whepUrl: string): Promise<Outcome> {
    const outcome = await this.#follow(whepUrl, null, "lowest", () => void this.#comeBack(whepUrl));
    if (outcome === "shown") void this.#learnQualities();
    return outcome;
  }

  /** Connect anew after a loss, as the stream may go on elsewhere; not for ever. */
  async #comeBack(whepUrl: string): Promise<void> {
    let turn = ++this.#turn;
    const wasPaused = this.#video.paused;
    this.store.set({ isReturning: true, latencySeconds: null });
    let failures = 0;
    for (let attempt = 0; failures < MOST_FAILURES; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, waitBeforeReturnMs(attempt)));
      if (turn !== this.#turn) return;
      const outcome = await this.#followWhep(whepUrl);
      if (outcome === "outdated") return;
      if (outcome === "shown") {
        this.store.set({ isReturning: false });
        if (wasPaused) this.#video.pause();
        return;
      }
      failures += weightOf(outcome.problem);
      turn = this.#turn;
    }
    await this.#fallBack();
  }

  async #fallBack(): Promise<void> {
    this.store.set({ isReturning: false, hasFallenBack: true });
    await this.#followHls("low");
  }

  /** Follow by one engine until something else is begun. */
  async #follow(
    url: string,
    licenseUrl: string | null,
    mode: LiveMode,
    onProblem: (problem: PlayerProblem) => void,
  ): Promise<Outcome> {
    const turn = ++this.#turn;
    const before = this.#engine;
    this.#engine = null;
    this.store.set({ mode, isWaiting: true, latencySeconds: null, activeQuality: null });
    await before?.destroy();
    let isShown = false;
    const isCurrent = () => turn === this.#turn;
    const listener = {
      onTracksChanged: () => isCurrent() && this.#readTracks(),
      onWaiting: (isWaiting: boolean) => isCurrent() && this.store.set({ isWaiting }),
      onProblem: (problem: PlayerProblem) => {
        if (isCurrent() && (isShown || mode !== "lowest")) onProblem(problem);
      },
    };
    const engine = await this.#createEngine(this.#video, listener, mode);
    if (!isCurrent()) {
      await engine.destroy();
      return "outdated";
    }
    this.#engine = engine;
    engine.prefer(this.#limits);
    try {
      await engine.load(url, licenseUrl);
    } catch (error) {
      if (!isCurrent()) return "outdated";
      if (error instanceof NotFollowed) return error;
      if (mode !== "lowest") throw error;
      return new NotFollowed({ kind: "unsupported", technical: String(error) });
    }
    if (!isCurrent()) return "outdated";
    isShown = true;
    if (this.store.get().status === "loading") this.store.set({ status: "ready" });
    await this.play();
    return "shown";
  }

  /** Play; without sound where the browser lets nothing play by itself that is heard. */
  async play(): Promise<void> {
    try {
      await this.#video.play();
    } catch {
      this.#video.muted = true;
      await this.#video.play().catch(() => this.store.set({ isWaiting: false }));
    }
  }

  togglePlay(): void {
    if (this.#video.paused) void this.play();
    else this.#video.pause();
  }

  toggleMute(): void {
    this.#video.muted = !this.#video.muted;
  }

  /** Go to the edge, and play from there. */
  goLive(): void {
    this.#engine?.goLive();
    void this.play();
    this.#look();
  }

  /** Go so far behind the edge. */
  seekBehind(seconds: number): void {
    this.#engine?.seekBehind(seconds);
    this.#look();
  }

  /** Do what a key asks for, as far as it means something for what happens now. */
  obey(command: PlayerCommand): void {
    const { behindSeconds, rewindSeconds } = this.store.get();
    switch (command.do) {
      case "play":
        return void this.play();
      case "pause":
        return this.#video.pause();
      case "toggle-play":
        return this.togglePlay();
      case "toggle-mute":
        return this.toggleMute();
      case "skip":
        return this.#goBehind(behindSeconds - command.seconds);
      case "seek-fraction":
        return this.#goBehind((1 - command.fraction) * rewindSeconds);
      case "volume":
        return this.#changeVolume(command.by);
      default:
    }
  }

  async destroy(): Promise<void> {
    this.#turn += 1;
    for (const cleanup of this.#cleanups) cleanup();
    await this.#engine?.destroy();
  }

  #goBehind(seconds: number): void {
    const { mode, rewindSeconds } = this.store.get();
    // By WebRTC there is nothing to go back to.
    if (mode === "lowest") return;
    if (seconds < LIVE_WITHIN_SECONDS) this.goLive();
    else this.seekBehind(Math.min(seconds, rewindSeconds));
  }

  #changeVolume(by: number): void {
    const video = this.#video;
    video.volume = clamp((video.muted ? 0 : video.volume) + by, 0, 1);
    video.muted = video.volume === 0;
  }

  /** A new engine knows nothing of what was chosen, and may not have it. */
  #keepChosenQuality(): void {
    this.#readTracks();
    const { chosenQuality } = this.store.get();
    if (chosenQuality === null) return;
    this.chooseQuality(this.#has(chosenQuality) ? chosenQuality : null);
  }

  #has(quality: string): boolean {
    return this.#engine?.qualities().some(({ id }) => id === quality) ?? false;
  }

  #learnAgain(): void {
    const { status, mode, isReturning } = this.store.get();
    if (status !== "ready" || isReturning || !this.#engine) return;
    // A device that adapts by itself takes no orders.
    const takesOrders = mode === "lowest" || this.#engine.qualities().length > 0;
    if (takesOrders && !this.#engine.isOver()) void this.#learnQualities();
  }

  async #learnQualities(): Promise<void> {
    const turn = this.#turn;
    const offered = await findQualities(this.#addresses.hlsUrl);
    // What cannot be asked now is still there.
    if (turn !== this.#turn || offered.length === 0) return;
    this.#offered = offered;
    if (this.store.get().mode === "lowest") this.store.set({ qualities: offered });
    else {
      this.#readTracks();
      this.#takeUpOffered();
    }
  }

  /** Whoever stands still may have what came later: nothing that plays is stopped for it. */
  #takeUpOffered(): void {
    const { mode, status, isWaiting, isPaused, chosenQuality } = this.store.get();
    if (status !== "ready" || !isWaiting || isPaused || chosenQuality !== null) return;
    const late = this.#offered.filter(({ id }) => !this.#has(id) && !this.#takenUp.has(id));
    if (late.length === 0 || !this.#engine?.qualities().length) return;
    for (const { id } of late) this.#takenUp.add(id);
    void this.#followHls(mode);
  }

  #readTracks(): void {
    const engine = this.#engine;
    if (!engine || this.store.get().mode === "lowest") return;
    const known = engine.qualities();
    const qualities = known.length === 0 ? known : joinQualities(known, this.#offered);
    this.store.set({ qualities, activeQuality: engine.activeQuality() });
  }

  #latencySeconds(engine: LiveEngine): number | null {
    const shownAtMs = engine.shownAtMs();
    if (shownAtMs === null || this.#serverNowMs === null) return null;
    return Math.max(0, (this.#serverNowMs() - shownAtMs) / 1000);
  }

  #look(): void {
    const engine = this.#engine;
    const { status, isReturning } = this.store.get();
    if (!engine || status !== "ready" || isReturning) return;
    this.store.set({
      latencySeconds: engine.isOver() ? null : this.#latencySeconds(engine),
      rewindSeconds: engine.rewindSeconds(),
      behindSeconds: engine.behindSeconds(),
    });
  }
}
