import { bufferedSeconds } from "./buffer";
import type { LiveState } from "./live";
import type { ToldMeasures, ToldPlayer, ToldState } from "./telling";

/** A player of a stream, as far as this needs one. */
interface Followed {
  readonly store: { get(): LiveState; subscribe(onChange: () => void): () => void };
}

/** A player of a stream as a teller tells of players; for one teller. */
export class ToldLive implements ToldPlayer {
  readonly store: ToldPlayer["store"];
  readonly #video: HTMLVideoElement;
  readonly #sinceWishMs: () => number;
  #before: LiveState;
  #startUpMs: number | null = null;
  #stalls = 0;

  constructor(player: Followed, video: HTMLVideoElement, sinceWishMs: () => number) {
    this.#video = video;
    this.#sinceWishMs = sinceWishMs;
    this.#before = player.store.get();
    this.store = {
      get: () => this.#told(player.store.get()),
      subscribe: (onChange) =>
        player.store.subscribe(() => {
          this.#look(player.store.get());
          onChange();
        }),
    };
    this.#look(this.#before);
  }

  debugState(): ToldMeasures {
    const frames = this.#video.getVideoPlaybackQuality();
    return {
      // A moment of a stream is found by no position later.
      currentTime: 0,
      bufferedSeconds: bufferedSeconds(this.#video),
      droppedFrames: frames.droppedVideoFrames,
      decodedFrames: frames.totalVideoFrames,
      bandwidthBps: null,
    };
  }

  #look(state: LiveState): void {
    const before = this.#before;
    this.#before = state;
    const isMoving = state.status === "ready" && !state.isPaused && !state.isWaiting;
    if (isMoving) this.#startUpMs ??= this.#sinceWishMs();
    if (this.#startUpMs === null || state.isPaused) return;
    if (state.isWaiting && !before.isWaiting && !this.#isWished(before, state)) this.#stalls += 1;
  }

  /** Whether the viewer has gone elsewhere, or to another delay, which takes a moment. */
  #isWished(before: LiveState, state: LiveState): boolean {
    return this.#video.seeking || (state.mode !== before.mode && !state.hasFallenBack);
  }

  #told(state: LiveState): ToldState {
    const { status, problem, isPaused, isWaiting, activeQuality } = state;
    return {
      ...{ problem, isPaused, isWaiting, activeQuality },
      status: status === "ended" ? "ready" : status,
      isEnded: status === "ended",
      positionSeconds: 0,
      stalls: this.#stalls,
      startUpMs: this.#startUpMs,
    };
  }
}
