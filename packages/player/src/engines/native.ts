import type { Cue } from "../cues";
import type { Engine, EngineListener } from "../engine";
import type { AudioTrack, Measures, Quality, Source, TextTrack } from "../state";

/** AudioTrack of HTML, which the compiler's library lacks. */
interface ElementAudioTrack {
  readonly language: string;
  readonly label: string;
  enabled: boolean;
}

/** HLS played by the media element itself, where there are no Media Source Extensions. */
export class NativeEngine implements Engine {
  readonly #video: HTMLVideoElement;
  readonly #listener: EngineListener;
  readonly #stop = new AbortController();
  #knownSeconds = 0;

  constructor(video: HTMLVideoElement, listener: EngineListener) {
    this.#video = video;
    this.#listener = listener;
    const options = { signal: this.#stop.signal };
    video.addEventListener("durationchange", () => listener.onGrown(), options);
    video.addEventListener("progress", () => listener.onGrown(), options);
    video.textTracks.addEventListener("addtrack", () => listener.onTracksChanged(), options);
    video.addEventListener("error", () => this.#report(), options);
  }

  prefer(): void {
    // The device adapts by itself and takes no orders.
  }

  load(source: Source, startSeconds: number): Promise<void> {
    const video = this.#video;
    if (source.protection !== null) {
      // An element by itself asks nobody for keys.
      this.#listener.onProblem({ kind: "locked", technical: "no Media Source Extensions" });
      return Promise.resolve();
    }
    this.#knownSeconds = source.durationSeconds;
    return new Promise((resolve) => {
      const start = () => {
        video.currentTime = startSeconds;
        resolve();
      };
      video.addEventListener("loadedmetadata", start, { once: true });
      video.addEventListener("error", () => resolve(), { once: true });
      video.src = source.hlsUrl;
      video.load();
    });
  }

  fetchAgain(): boolean {
    return false;
  }

  qualities(): readonly Quality[] {
    return [];
  }

  activeQuality(): Quality | null {
    return null;
  }

  chooseQuality(): void {
    // The device adapts by itself and takes no orders.
  }

  audioTracks(): readonly AudioTrack[] {
    return this.#sounds().map(({ language, label }, index) => ({
      id: String(index),
      language,
      label: label || null,
      channels: 2,
    }));
  }

  activeAudioTrack(): string | null {
    const index = this.#sounds().findIndex(({ enabled }) => enabled);
    return index < 0 ? null : String(index);
  }

  chooseAudioTrack(id: string): void {
    for (const [index, track] of this.#sounds().entries()) track.enabled = String(index) === id;
    this.#listener.onTracksChanged();
  }

  /** Only Apple's browsers tell of sounds. */
  #sounds(): readonly ElementAudioTrack[] {
    const { audioTracks } = this.#video as { audioTracks?: ArrayLike<ElementAudioTrack> };
    return audioTracks === undefined ? [] : Array.from(audioTracks);
  }

  measures(): Measures {
    return { videoCodec: null, audioCodec: null, bandwidthBps: null };
  }

  textTracks(): readonly TextTrack[] {
    return [...this.#video.textTracks].map(({ language, label }, index) => ({
      id: String(index),
      language,
      label: label === language ? null : label || null,
    }));
  }

  activeTextTrack(): string | null {
    const index = [...this.#video.textTracks].findIndex((track) => track.mode === "showing");
    return index < 0 ? null : String(index);
  }

  chooseTextTrack(id: string | null): void {
    for (const [index, track] of [...this.#video.textTracks].entries()) {
      track.mode = String(index) === id ? "showing" : "disabled";
    }
  }

  cuesAt(): readonly Cue[] {
    // The device draws them, also where a page cannot: when its own player fills the screen.
    return [];
  }

  offersMore(): Promise<boolean> {
    // Which renditions it plays, the device does not say.
    return Promise.resolve(false);
  }

  playableSeconds(): number {
    const { seekable, duration } = this.#video;
    if (seekable.length > 0) return seekable.end(seekable.length - 1);
    return Number.isFinite(duration) ? duration : 0;
  }

  isGrowing(): boolean {
    // An element calls the length of an unfinished playlist infinite.
    return this.#video.duration === Infinity && this.playableSeconds() < this.#knownSeconds;
  }

  destroy(): Promise<void> {
    this.#stop.abort();
    this.#video.removeAttribute("src");
    this.#video.load();
    return Promise.resolve();
  }

  #report(): void {
    const error = this.#video.error;
    const kind = error?.code === MediaError.MEDIA_ERR_NETWORK ? "unreachable" : "broken";
    this.#listener.onProblem({
      kind,
      technical: `media ${error?.code ?? 0}: ${error?.message ?? ""}`,
    });
  }
}
