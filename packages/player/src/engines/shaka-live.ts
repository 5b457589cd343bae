import shaka from "shaka-player/dist/shaka-player.hls-es2021.js";

import { bufferedSeconds } from "../buffer";
import { EdgeKeeper } from "../live-edge";
import {
  type LiveEngine,
  type LiveLimits,
  type LiveListener,
  type LiveMode,
  NotFollowed,
} from "../live-engine";
import { randomId } from "../random";
import type { Quality } from "../state";
import { errorIn, isShakaError, problemOf } from "./shaka-problems";
import { activeQualityOf, qualitiesOf, selectQuality } from "./shaka-qualities";
import { sayWithRequests } from "./shaka-requests";

/** What viewers are behind what Shaka takes for the edge; they come nearer where that does well. */
const DELAY = { start: 0.4, least: -0.5, most: 5 };
/** Whoever has a bad line chooses to be so far behind, and has as much in hand. */
const STEADY_LATENCY_SECONDS = 6;
const LOAD_AGAIN_MS = 500;
const MOST_ATTEMPTS = 12;
/** What comes of a chosen quality has so long to arrive, without a stop. */
const KEPT_AHEAD_SECONDS = 2;

const configuration = {
  manifest: {
    defaultPresentationDelay: 0,
    hls: { disableClosedCaptionsDetection: true },
    retryParameters: { maxAttempts: 6, baseDelay: 300, backoffFactor: 1.5, timeout: 20_000 },
  },
  streaming: {
    lowLatencyMode: true,
    rebufferingGoal: 0.05,
    bufferingGoal: 12,
    // What was seen may be rewound to without being fetched again.
    bufferBehind: 60,
    // The next encoder may send another size, which any buffer takes that took the one before.
    crossBoundaryStrategy: shaka.config.CrossBoundaryStrategy.RESET_ON_ENCRYPTION_CHANGE,
    retryParameters: { maxAttempts: 6, baseDelay: 300, backoffFactor: 1.5, timeout: 20_000 },
    // Whoever falls behind catches up, too slowly to be heard; whoever is too close waits.
    liveSync: {
      enabled: true,
      targetLatency: DELAY.start,
      targetLatencyTolerance: 0.1,
      maxPlaybackRate: 1.08,
      minPlaybackRate: 0.96,
    },
  },
};

/** Follows low-latency HLS through Media Source Extensions, by Shaka Player. */
export class ShakaLiveEngine implements LiveEngine {
  readonly #video: HTMLVideoElement;
  readonly #player = new shaka.Player();
  readonly #edge = new EdgeKeeper(DELAY);
  readonly #stopLooking: () => void;
  #isAtEdge = true;

  constructor(video: HTMLVideoElement, listener: LiveListener, mode: LiveMode) {
    this.#video = video;
    this.#player.configure(configuration);
    if (mode === "steady") {
      this.#player.configure("manifest.defaultPresentationDelay", STEADY_LATENCY_SECONDS);
      this.#player.configure("streaming.liveSync.targetLatency", STEADY_LATENCY_SECONDS);
      this.#player.configure("streaming.rebufferingGoal", 1);
    }
    const look = () => this.#keepToEdge();
    if (mode !== "steady") video.addEventListener("timeupdate", look);
    this.#stopLooking = () => video.removeEventListener("timeupdate", look);
    for (const event of ["trackschanged", "adaptation", "variantchanged"]) {
      this.#player.addEventListener(event, () => listener.onTracksChanged());
    }
    this.#player.addEventListener("buffering", (event) => {
      listener.onWaiting((event as unknown as { buffering: boolean }).buffering);
    });
    this.#player.addEventListener("error", (event) => {
      const error = errorIn(event);
      if (error.severity === shaka.util.Error.Severity.CRITICAL)
        listener.onProblem(problemOf(error));
    });
  }

  static isSupported(): boolean {
    shaka.polyfill.installAll();
    return shaka.Player.isBrowserSupported();
  }

  prefer({ maxHeight, maxBitrateBps }: LiveLimits): void {
    this.#player.configure({ abr: { restrictions: { maxHeight, maxBandwidth: maxBitrateBps } } });
  }

  async load(url: string, licenseUrl: string | null): Promise<void> {
    sayWithRequests(this.#player, url, { sessionId: randomId(), contentId: "" });
    if (licenseUrl !== null) this.#askForKeysAt(licenseUrl);
    await this.#player.attach(this.#video);
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#player.load(url);
        return;
      } catch (error) {
        if (isShakaError(error)) throw new NotFollowed(problemOf(error));
        // Shaka breaks on a stream that has no whole segment yet; a moment later it has one.
        if (!(error instanceof TypeError) || attempt === MOST_ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, LOAD_AGAIN_MS));
      }
    }
  }

  qualities(): readonly Quality[] {
    return qualitiesOf(this.#player);
  }

  activeQuality(): Quality | null {
    return activeQualityOf(this.#player);
  }

  chooseQuality(id: string | null): void {
    this.#player.configure("abr.enabled", id === null);
    if (id !== null) selectQuality(this.#player, id, KEPT_AHEAD_SECONDS);
  }

  #followEdge(isAtEdge: boolean): void {
    this.#isAtEdge = isAtEdge;
    this.#edge.reset();
    this.#player.configure("streaming.liveSync.enabled", isAtEdge);
  }

  /** Where Shaka's edge is depends on when it began; how much is in hand does not. */
  #keepToEdge(): void {
    const { paused, seeking, playbackRate } = this.#video;
    if (!this.#isAtEdge || paused || seeking || playbackRate !== 1) {
      this.#edge.reset();
      return;
    }
    const delay = this.#edge.take(bufferedSeconds(this.#video), performance.now());
    if (delay !== null) this.#player.configure("streaming.liveSync.targetLatency", delay);
  }

  /** Heads name their keys and the next ones, so that a licence comes before it is needed. */
  #askForKeysAt(licenseUrl: string): void {
    const servers = { "org.w3.clearkey": licenseUrl };
    this.#player.configure({ drm: { servers }, manifest: { ignoreDrmInfo: true } });
    this.#player.getNetworkingEngine()?.registerRequestFilter((type, request) => {
      if (type !== shaka.net.NetworkingEngine.RequestType.LICENSE) return;
      request.headers["Content-Type"] = "application/json";
    });
  }

  goLive(): void {
    this.#followEdge(true);
    this.#player.goToLive();
  }

  seekBehind(seconds: number): void {
    // Whoever rewinds wants to stay there.
    this.#followEdge(seconds === 0);
    const { start, end } = this.#player.seekRange();
    this.#video.currentTime = Math.max(start, end - seconds);
  }

  shownAtMs(): number | null {
    return this.#player.getPlayheadTimeAsDate()?.getTime() ?? null;
  }

  rewindSeconds(): number {
    const { start, end } = this.#player.seekRange();
    return Math.max(0, end - start);
  }

  behindSeconds(): number {
    return Math.max(0, this.#player.seekRange().end - this.#video.currentTime);
  }

  isOver(): boolean {
    return !this.#player.isLive();
  }

  async destroy(): Promise<void> {
    this.#stopLooking();
    await this.#player.destroy();
  }
}
