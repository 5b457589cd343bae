import type { LiveEngine, LiveListener } from "../live-engine";
import type { Quality } from "../state";

/** Follows HLS by the element itself, as Apple's browsers do. */
export class NativeLiveEngine implements LiveEngine {
  readonly #video: HTMLVideoElement;
  readonly #onError: () => void;

  constructor(video: HTMLVideoElement, listener: LiveListener) {
    this.#video = video;
    this.#onError = () =>
      listener.onProblem({ kind: "unreachable", technical: video.error?.message ?? "no media" });
    video.addEventListener("error", this.#onError);
  }

  prefer(): void {
    // The device adapts by itself and takes no orders.
  }

  load(url: string): Promise<void> {
    this.#video.src = url;
    return Promise.resolve();
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

  goLive(): void {
    this.seekBehind(0);
  }

  seekBehind(seconds: number): void {
    const { seekable } = this.#video;
    if (seekable.length === 0) return;
    const last = seekable.length - 1;
    this.#video.currentTime = Math.max(seekable.start(0), seekable.end(last) - seconds);
  }

  shownAtMs(): number | null {
    const video = this.#video as HTMLVideoElement & { getStartDate?: () => Date };
    const startedAt = video.getStartDate?.().getTime() ?? NaN;
    return Number.isNaN(startedAt) ? null : startedAt + this.#video.currentTime * 1000;
  }

  rewindSeconds(): number {
    const { seekable } = this.#video;
    return seekable.length === 0 ? 0 : seekable.end(seekable.length - 1) - seekable.start(0);
  }

  behindSeconds(): number {
    const { seekable, currentTime } = this.#video;
    return seekable.length === 0 ? 0 : Math.max(0, seekable.end(seekable.length - 1) - currentTime);
  }

  isOver(): boolean {
    return Number.isFinite(this.#video.duration);
  }

  destroy(): Promise<void> {
    this.#video.removeEventListener("error", this.#onError);
    this.#video.removeAttribute("src");
    this.#video.load();
    return Promise.resolve();
  }
}
