/** The player without a face: one film, one media element, one watched state, on any platform. */
export type { Cue, CuePlace, CueRun } from "./cues";
export type { Engine, EngineListener } from "./engine";
export { type Command, commandOf, rates, steppedRate } from "./keys";
export type { DisplayMode, Memory, Platform } from "./platform";
export { Player, type PlayerOptions } from "./player";
export { Positions } from "./positions";
export { kindOfStatus, type PlayerProblem, type ProblemKind } from "./problem";
export type {
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
export { parseThumbnails, type Thumbnail, thumbnailAt } from "./thumbnails";
export { clamp, clockTime } from "./time";
export { webPlatform } from "./web";
