/** The player without a face: one film, one media element, one watched state, on any platform. */
export type { Cue, CuePlace, CueRun } from "./cues";
export type { Engine, EngineListener } from "./engine";
export {
  type Command,
  commandOf,
  isForPage,
  type PageCommand,
  type PlayerCommand,
  rates,
  steppedRate,
} from "./keys";
export {
  initialLiveState,
  type LiveAddresses,
  LIVE_WITHIN_SECONDS,
  LivePlayer,
  type LiveState,
} from "./live";
export type { LiveEngine, LiveLimits, LiveMode } from "./live-engine";
export { chapterAt, offerFrom, skippableAt } from "./markers";
export type { DisplayMode, Memory, NowPlaying, Platform } from "./platform";
export { Player, type PlayerOptions, type WatchProgress } from "./player";
export { kindOfStatus, type PlayerProblem, type ProblemKind } from "./problem";
export type {
  AudioTrack,
  Marker,
  PlayerDebugState,
  PlayerState,
  Quality,
  Source,
  TextTrack,
  TimeRange,
  ViewerPreferences,
} from "./state";
export { initialState, noPreferences } from "./state";
export { Store } from "./store";
export {
  type PlayerEvent,
  type SessionEnd,
  Teller,
  type ToldMeasures,
  type ToldPlayer,
  type ToldState,
} from "./telling";
export { randomId } from "./random";
export { serverAheadMs } from "./server-clock";
export { parseThumbnails, type Thumbnail, thumbnailAt } from "./thumbnails";
export { clamp, clockTime } from "./time";
export { webPlatform } from "./web";
