import type { Engine, EngineListener } from "./engine";
import type { PlayerCommand } from "./keys";
import type { CreateLiveEngine } from "./live-engine";

/** A mode of display that can be entered and left. */
export interface DisplayMode {
  isSupported(video: HTMLVideoElement): boolean;
  isActive(video: HTMLVideoElement): boolean;
  enter(stage: HTMLElement, video: HTMLVideoElement): Promise<void>;
  leave(stage: HTMLElement, video: HTMLVideoElement): Promise<void>;
  /** Hear of every change, also of those the system makes; gives back how to stop hearing. */
  watch(video: HTMLVideoElement, onChange: () => void): () => void;
}

/** Showing a film on another screen, which fetches it by itself. */
export interface Casting extends DisplayMode {
  /** Say what another screen would fetch; null for what it could not play. */
  offer(video: HTMLVideoElement, address: string | null): void;
}

/** What a film is called and looks like where the system shows what plays. */
export interface NowPlaying {
  readonly name: string;
  /** The series, or whoever made it. */
  readonly by: string | null;
  readonly pictureUrl: string | null;
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
  /** Another screen near by: AirPlay, Chromecast, whatever the device knows. */
  readonly casting: Casting;
  /** Begin to fetch what playing takes, before it is known what will be played. */
  warmUp(): void;
  /** What is decoded here, by the names of sample entries; nothing where that cannot be told. */
  codecs(): string[];
  createEngine(video: HTMLVideoElement, listener: EngineListener): Promise<Engine>;
  createLiveEngine: CreateLiveEngine;
  /**
   * Show what plays on keyboards, headphones, lock screens and watches, and hear their keys;
   * gives back how to end it.
   */
  announce(playing: NowPlaying, onCommand: (command: PlayerCommand) => void): () => void;
  /** Hear when the page may be about to go away, which is the time to remember things. */
  watchLeaving(onLeave: () => void): () => void;
  /** Hear when the device has a network again. */
  watchOnline(onOnline: () => void): () => void;
  nowMs(): number;
}
