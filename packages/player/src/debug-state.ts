import { bufferedSeconds } from "./buffer";
import type { Measures, PlayerDebugState, PlayerState } from "./state";

export const nothingMeasured: Measures = { videoCodec: null, audioCodec: null, bandwidthBps: null };

/** What tests and reports of problems look at. */
export function debugStateOf(
  video: HTMLVideoElement,
  state: PlayerState,
  measures: Measures,
): PlayerDebugState {
  const frames = video.getVideoPlaybackQuality();
  return {
    ...measures,
    currentTime: video.currentTime,
    duration: state.durationSeconds,
    playable: state.playableSeconds,
    paused: video.paused,
    growing: state.isGrowing,
    stalls: state.stalls,
    edgeWaits: state.edgeWaits,
    width: state.activeQuality?.width ?? video.videoWidth,
    height: state.activeQuality?.height ?? video.videoHeight,
    droppedFrames: frames.droppedVideoFrames,
    decodedFrames: frames.totalVideoFrames,
    framesPerSecond: state.activeQuality?.framesPerSecond ?? null,
    bitrateBps: state.activeQuality?.bitrateBps ?? null,
    bufferedSeconds: bufferedSeconds(video),
    startUpMs: state.startUpMs,
  };
}
