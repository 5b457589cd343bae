import type { Engine, EngineListener } from "./engine";

/** A mode of display that can be entered and left. */
export interface DisplayMode {
  isSupported(video: HTMLVideoElement): boolean;
  isActive(video: HTMLVideoElement): boolean;
  enter(stage: HTMLElement, video: HTMLVideoElement): Promise<void>;
  leave(stage: HTMLElement, video: HTMLVideoElement): Promise<void>;
  /** Hear of every change, also of those the system makes; gives back how to stop hearing. */
  watch(video: HTMLVideoElement, onChange: () => void): () => void;
}

/** Small values that outlive the page; losing them is no harm. */
export interface Memory {
  read(key: string): string | null;
  write(key: string, value: string): void;
}

/** Everything that differs between a browser, a television and a phone; one file for each. */
export interface Platform {
  readonly name: string;
  readonly memory: Memory;
  readonly fullscreen: DisplayMode;
  readonly pictureInPicture: DisplayMode;
  createEngine(video: HTMLVideoElement, listener: EngineListener): Promise<Engine>;
  /** Hear when the page may be about to go away, which is the time to remember things. */
  watchLeaving(onLeave: () => void): () => void;
  nowMs(): number;
}
