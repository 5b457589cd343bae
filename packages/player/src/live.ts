import type { PlayerProblem } from "./problem";
import { Store } from "./store";

/** How far behind viewers choose to be: WebRTC, low-latency HLS, or HLS with some time in hand. */
export type LiveMode = "lowest" | "low" | "steady";

/** Where a stream is followed; by WebRTC unless that cannot be. */
export interface LiveAddresses {
  readonly hlsUrl: string;
  readonly whepUrl: string | null;
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
};

/** Whoever is closer to the edge than this sees it live. */
export const LIVE_WITHIN_SECONDS = 5;
const LOOK_EVERY_MS = 500;

/** Follows a stream on a media element; one file for each way of doing that. */
export interface LiveEngine {
  load(url: string): Promise<void>;
  goLive(): void;
  seekBehind(seconds: number): void;
  latencySeconds(): number | null;
  rewindSeconds(): number;
  behindSeconds(): number;
  isOver(): boolean;
  destroy(): Promise<void>;
}

export type CreateLiveEngine = (
  video: HTMLVideoElement,
  onProblem: (problem: PlayerProblem) => void,
  mode: LiveMode,
) => Promise<LiveEngine>;

/** One stream on one media element: commands in, watched state out. */
export class LivePlayer {
  readonly store = new Store<LiveState>(initialLiveState);
  readonly #video: HTMLVideoElement;
  readonly #createEngine: CreateLiveEngine;
  readonly #cleanups: (() => void)[] = [];
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
    this.#cleanups.push(() => clearInterval(looking));
  }

  /** Follow a stream from its edge on; by HLS where WebRTC shows nothing, or does so no more. */
  async load(addresses: LiveAddresses, mode: LiveMode = "low"): Promise<void> {
    const { hlsUrl, whepUrl } = addresses;
    if (mode === "lowest" && whepUrl !== null) {
      const isShown = await this.#follow(whepUrl, mode, () => void this.load(addresses));
      if (isShown !== false) return;
    }
    await this.#follow(hlsUrl, mode === "steady" ? mode : "low", (problem) =>
      this.store.set({ status: "failed", problem }),
    );
  }

  /** Follow by one engine, and tell whether it shows something; nothing if that is outdated. */
  async #follow(
    url: string,
    mode: LiveMode,
    onProblem: (problem: PlayerProblem) => void,
  ): Promise<boolean | null> {
    const turn = ++this.#turn;
    const before = this.#engine;
    this.#engine = null;
    this.store.set({ mode, isWaiting: true, latencySeconds: null });
    await before?.destroy();
    let isShown = false;
    const engine = await this.#createEngine(
      this.#video,
      (problem) => {
        if (turn === this.#turn && (isShown || mode !== "lowest")) onProblem(problem);
      },
      mode,
    );
    if (turn !== this.#turn) {
      await engine.destroy();
      return null;
    }
    this.#engine = engine;
    try {
      await engine.load(url);
    } catch (error) {
      if (mode !== "lowest") throw error;
      return turn === this.#turn ? false : null;
    }
    if (turn !== this.#turn) return null;
    isShown = true;
    if (this.store.get().status === "loading") this.store.set({ status: "ready" });
    await this.play();
    return true;
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

  async destroy(): Promise<void> {
    this.#turn += 1;
    for (const cleanup of this.#cleanups) cleanup();
    await this.#engine?.destroy();
  }

  #look(): void {
    const engine = this.#engine;
    if (!engine || this.store.get().status !== "ready") return;
    this.store.set({
      latencySeconds: engine.isOver() ? null : engine.latencySeconds(),
      rewindSeconds: engine.rewindSeconds(),
      behindSeconds: engine.behindSeconds(),
    });
  }
}
