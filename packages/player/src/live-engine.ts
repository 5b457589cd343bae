import type { PlayerProblem } from "./problem";
import type { Quality, ViewerPreferences } from "./state";

/** How far behind viewers choose to be: WebRTC, low-latency HLS, or HLS with some time in hand. */
export type LiveMode = "lowest" | "low" | "steady";

/** What a viewer wants no more of than this, while the player adapts. */
export type LiveLimits = Pick<ViewerPreferences, "maxHeight" | "maxBitrateBps">;

/** What an engine tells the player. */
export interface LiveListener {
  /** Qualities, or the one in use, changed. */
  onTracksChanged(): void;
  /** The engine holds the picture still for want of bytes, or lets it go on. */
  onWaiting(isWaiting: boolean): void;
  onProblem(problem: PlayerProblem): void;
}

/** Follows a stream on a media element; one file for each way of doing that. */
export interface LiveEngine {
  /** Keep to what the viewer likes, as far as there is a choice. */
  prefer(limits: LiveLimits): void;
  load(url: string, licenseUrl: string | null): Promise<void>;
  qualities(): readonly Quality[];
  activeQuality(): Quality | null;
  /** Keep to one quality; null adapts again. */
  chooseQuality(id: string | null): void;
  goLive(): void;
  seekBehind(seconds: number): void;
  /** When what is shown now happened, by the server's clock; null while nobody knows. */
  shownAtMs(): number | null;
  rewindSeconds(): number;
  behindSeconds(): number;
  isOver(): boolean;
  destroy(): Promise<void>;
}

export type CreateLiveEngine = (
  video: HTMLVideoElement,
  listener: LiveListener,
  mode: LiveMode,
) => Promise<LiveEngine>;

/** A stream cannot be followed this way, and why. */
export class NotFollowed extends Error {
  readonly problem: PlayerProblem;

  constructor(problem: PlayerProblem) {
    super(problem.technical);
    this.problem = problem;
  }
}
