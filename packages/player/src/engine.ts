import type { Cue } from "./cues";
import type { PlayerProblem } from "./problem";
import type { AudioTrack, Measures, PlayedSo, Quality, Source, TextTrack } from "./state";

/** What an engine tells the player. */
export interface EngineListener {
  /** Qualities, text tracks or the one in use changed. */
  onTracksChanged(): void;
  /** More of a growing film can be played, or it has stopped growing. */
  onGrown(): void;
  /** The engine holds the picture still for want of bytes, or lets it go on. */
  onWaiting(isWaiting: boolean): void;
  onProblem(problem: PlayerProblem): void;
}

/** Feeds a media element: adapts, buffers, and knows the tracks. */
export interface Engine {
  /** Keep to what the viewer likes, as far as the device takes orders; said before `load`. */
  prefer(preferences: PlayedSo): void;
  load(source: Source, startSeconds: number): Promise<void>;
  /** Fetch again what did not come; false where only loading anew helps. */
  fetchAgain(): boolean;
  qualities(): readonly Quality[];
  activeQuality(): Quality | null;
  /** Keep to one quality; null adapts again. */
  chooseQuality(id: string | null): void;
  audioTracks(): readonly AudioTrack[];
  activeAudioTrack(): string | null;
  chooseAudioTrack(id: string): void;
  textTracks(): readonly TextTrack[];
  activeTextTrack(): string | null;
  /** Show a text track; null hides them, but for what even those must read who want none. */
  chooseTextTrack(id: string | null): void;
  /** The subtitles to draw at a moment; none where the platform draws them itself. */
  cuesAt(seconds: number): readonly Cue[];
  /** Whether a film has pictures by now of a size that it had not when it was loaded. */
  offersMore(source: Source): Promise<boolean>;
  measures(): Measures;
  playableSeconds(): number;
  isGrowing(): boolean;
  destroy(): Promise<void>;
}
