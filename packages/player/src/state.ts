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

/** One sound that the viewer may choose: a language, a commentary, more loudspeakers. */
export interface AudioTrack extends TextTrack {
  readonly channels: number;
}

/** What an engine plays just now, and what the network gives; null is what it cannot know. */
export interface Measures {
  readonly videoCodec: string | null;
  readonly audioCodec: string | null;
  readonly bandwidthBps: number | null;
}

/** A stretch of a film that means something, such as its credits. */
export interface Marker {
  readonly kind: "intro" | "recap" | "credits" | "chapter";
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly label: string;
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

/** How much to hold in hand, and how much of it to await after it has run dry. */
export interface Buffering {
  readonly aheadSeconds: number;
  readonly resumeAfterSeconds: number;
}

/** What is to be played. */
export interface Source {
  readonly id: string;
  /** The session that it is watched in. */
  readonly sessionId: string;
  readonly hlsUrl: string;
  /** What `hlsUrl` leads to, where that is known already. */
  readonly master: string | null;
  /** Null for a film in the clear. */
  readonly protection: Protection | null;
  /** The length of the whole film, also while only its beginning can be played. */
  readonly durationSeconds: number;
  readonly isGrowing: boolean;
  /** What the line of this device carried when it was last measured; null if it never was. */
  readonly lineBps: number | null;
  readonly buffering: Buffering;
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

/** How it is to be played this time. */
export interface PlayedSo extends ViewerPreferences {
  readonly isSoundOnly: boolean;
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
  /** The server cannot be reached any more; it is tried again and again. */
  readonly isLineLost: boolean;
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
  /** The pictures are left out, by choice. */
  readonly isSoundOnly: boolean;
  readonly audioTracks: readonly AudioTrack[];
  readonly activeAudioTrack: string | null;
  readonly textTracks: readonly TextTrack[];
  readonly activeTextTrack: string | null;
  readonly isFullscreen: boolean;
  readonly isPictureInPicture: boolean;
  /** Whether another screen is near that can show the film, and whether it does. */
  readonly mayCast: boolean;
  readonly isCasting: boolean;
  readonly problem: PlayerProblem | null;
  /** How often the picture stopped for want of bytes since it first moved. */
  readonly stalls: number;
  /** How often it stopped at the end of what has been processed so far. */
  readonly edgeWaits: number;
  /** From the wish to see the film to its first moving picture. */
  readonly startUpMs: number | null;
}

export const initialState: PlayerState = {
  status: "idle",
  isPaused: true,
  isEnded: false,
  isWaiting: false,
  isLineLost: false,
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
  isSoundOnly: false,
  audioTracks: [],
  activeAudioTrack: null,
  textTracks: [],
  activeTextTrack: null,
  isFullscreen: false,
  isPictureInPicture: false,
  mayCast: false,
  isCasting: false,
  problem: null,
  stalls: 0,
  edgeWaits: 0,
  startUpMs: null,
};

/** What end-to-end tests and the curious may read of a player on the page. */
export interface PlayerDebugState extends Measures {
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
  readonly framesPerSecond: number | null;
  readonly bitrateBps: number | null;
  /** How much is there to be played from here without the network. */
  readonly bufferedSeconds: number;
  readonly startUpMs: number | null;
}
