import type { PlayerProblem } from "./problem";

/** One height of picture that the viewer may choose. */
export interface Quality {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number | null;
  readonly bitrateBps: number;
}

export interface TextTrack {
  readonly id: string;
  readonly language: string;
  readonly label: string | null;
}

export interface TimeRange {
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** Where the keys of an encrypted film are given, and their names in base64url. */
export interface Protection {
  readonly licenseUrl: string;
  readonly keyIds: readonly string[];
}

/** What is to be played. */
export interface Source {
  readonly id: string;
  readonly hlsUrl: string;
  /** Null for a film in the clear. */
  readonly protection: Protection | null;
  /** The length of the whole film, also while only its beginning can be played. */
  readonly durationSeconds: number;
  readonly isGrowing: boolean;
}

/** How somebody likes films to be played, as long as they do not say otherwise on the spot. */
export interface ViewerPreferences {
  /** No better picture and no more data than this, while the player adapts. */
  readonly maxHeight: number;
  readonly maxBitrateBps: number;
  readonly rate: number;
  /** Language tags, the most wanted first; without any there are no subtitles. */
  readonly audioLanguages: readonly string[];
  readonly textLanguages: readonly string[];
}

export const noPreferences: ViewerPreferences = {
  maxHeight: Infinity,
  maxBitrateBps: Infinity,
  rate: 1,
  audioLanguages: [],
  textLanguages: [],
};

export type Status = "idle" | "loading" | "ready" | "failed";

export interface PlayerState {
  readonly status: Status;
  readonly isPaused: boolean;
  readonly isEnded: boolean;
  /** Nothing to show just now: the picture waits for bytes. */
  readonly isWaiting: boolean;
  readonly positionSeconds: number;
  readonly durationSeconds: number;
  /** Up to here it can be played; less than the duration while the film is still being processed. */
  readonly playableSeconds: number;
  readonly isGrowing: boolean;
  readonly buffered: readonly TimeRange[];
  /** 0 to 1. */
  readonly volume: number;
  readonly isMuted: boolean;
  readonly rate: number;
  readonly qualities: readonly Quality[];
  /** The chosen quality; null lets the player adapt. */
  readonly chosenQuality: string | null;
  readonly activeQuality: Quality | null;
  readonly textTracks: readonly TextTrack[];
  readonly activeTextTrack: string | null;
  readonly isFullscreen: boolean;
  readonly isPictureInPicture: boolean;
  readonly problem: PlayerProblem | null;
  /** How often the picture stopped for want of bytes since it first moved. */
  readonly stalls: number;
  /** How often it stopped at the end of what has been processed so far. */
  readonly edgeWaits: number;
}

export const initialState: PlayerState = {
  status: "idle",
  isPaused: true,
  isEnded: false,
  isWaiting: false,
  positionSeconds: 0,
  durationSeconds: 0,
  playableSeconds: 0,
  isGrowing: false,
  buffered: [],
  volume: 1,
  isMuted: false,
  rate: 1,
  qualities: [],
  chosenQuality: null,
  activeQuality: null,
  textTracks: [],
  activeTextTrack: null,
  isFullscreen: false,
  isPictureInPicture: false,
  problem: null,
  stalls: 0,
  edgeWaits: 0,
};

/** What end-to-end tests and the curious may read of a player on the page. */
export interface PlayerDebugState {
  readonly currentTime: number;
  readonly duration: number;
  readonly playable: number;
  readonly paused: boolean;
  readonly growing: boolean;
  readonly stalls: number;
  readonly edgeWaits: number;
  readonly width: number;
  readonly height: number;
  readonly droppedFrames: number;
  readonly decodedFrames: number;
}
