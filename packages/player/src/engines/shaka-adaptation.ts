import type shaka from "shaka-player/dist/shaka-player.hls-es2021.js";

import { chooseRung, Line } from "../adaptation";
import { bufferedSeconds } from "../buffer";

type Variant = shaka.extern.Variant;
type Configuration = shaka.extern.AbrConfiguration;

/** After a better quality was begun, so long no other better one is. */
const CLIMB_EVERY_MS = 4_000;

interface Choice {
  readonly variant: Variant;
  readonly bitrateBps: number;
}

/** Chooses qualities for Shaka Player by our own rule. */
export class Adaptation implements shaka.extern.AbrManager {
  readonly #nowMs: () => number;
  #line = new Line();
  #video: HTMLMediaElement | null = null;
  #configuration: Configuration | null = null;
  #choices: readonly Choice[] = [];
  #present: Choice | null = null;
  #switchTo: shaka.extern.AbrManager.SwitchCallback | null = null;
  #isEnabled = false;
  #climbedAtMs = -Infinity;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  init(switchTo: shaka.extern.AbrManager.SwitchCallback): void {
    this.#switchTo = switchTo;
  }

  configure(configuration: Configuration): void {
    this.#configuration = configuration;
  }

  setMediaElement(video: HTMLMediaElement | null): void {
    this.#video = video;
  }

  setVariants(variants: Variant[]): boolean {
    // What is chosen by hand is given as all there is, but not for long.
    if (!this.#isEnabled && this.#choices.length > 0) return false;
    const known = new Set(this.#choices.map(({ variant }) => variant));
    if (variants.length === known.size && variants.every((one) => known.has(one))) return false;
    this.#choices = variants
      .map((variant) => ({ variant, bitrateBps: variant.bandwidth }))
      .sort((one, other) => one.bitrateBps - other.bitrateBps);
    return true;
  }

  chooseVariant(): Variant {
    this.#present = chooseRung(this.#allowed(), this.#present, this.#weather());
    return this.#present.variant;
  }

  enable(): void {
    this.#isEnabled = true;
  }

  disable(): void {
    this.#isEnabled = false;
    // Whoever chooses by hand may have chosen anything.
    this.#present = null;
  }

  segmentDownloaded(tookMs: number, sizeBytes: number, mayChange: boolean): void {
    this.#line.note(this.#nowMs(), tookMs, sizeBytes);
    if (mayChange) this.trySuggestStreams();
  }

  trySuggestStreams(): void {
    const present = this.#present;
    if (!this.#isEnabled || this.#choices.length === 0) return;
    const chosen = chooseRung(this.#allowed(), present, this.#weather());
    if (chosen.variant === present?.variant) return;
    const isBetter = present !== null && chosen.bitrateBps > present.bitrateBps;
    if (isBetter && this.#nowMs() - this.#climbedAtMs < CLIMB_EVERY_MS) return;
    if (isBetter) this.#climbedAtMs = this.#nowMs();
    this.#present = chosen;
    this.#switchTo?.(chosen.variant);
  }

  getBandwidthEstimate(): number {
    return this.#line.bandwidthBps() ?? this.#configuration?.defaultBandwidthEstimate ?? 0;
  }

  playbackRateChanged(): void {
    // Who watches faster empties the buffer faster, which is what is looked at.
  }

  setCmsdManager(): void {
    // What servers say of themselves is not listened to.
  }

  stop(): void {
    this.#isEnabled = false;
    this.#present = null;
    this.#choices = [];
    this.#line = new Line();
  }

  release(): void {
    this.stop();
    this.#video = null;
    this.#switchTo = null;
  }

  #weather() {
    const bufferSeconds = this.#video === null ? 0 : bufferedSeconds(this.#video);
    return { bandwidthBps: this.getBandwidthEstimate(), bufferSeconds };
  }

  /** What neither the viewer's limits nor the size of the picture forbid; at least the smallest. */
  #allowed(): readonly Choice[] {
    const most = this.#configuration?.restrictions;
    const tallEnough = this.#tallEnough();
    const fine = this.#choices.filter(({ variant, bitrateBps }) => {
      const height = variant.video?.height ?? 0;
      const isIn = height <= (most?.maxHeight ?? Infinity);
      return isIn && height <= tallEnough && bitrateBps <= (most?.maxBandwidth ?? Infinity);
    });
    return fine.length > 0 ? fine : this.#choices.slice(0, 1);
  }

  /** The smallest height that fills the element: more of it nobody would see. */
  #tallEnough(): number {
    const video = this.#video;
    if (!this.#configuration?.restrictToElementSize || !(video instanceof HTMLVideoElement))
      return Infinity;
    const wanted = video.clientHeight * devicePixelRatio;
    const heights = this.#choices.map(({ variant }) => variant.video?.height ?? 0);
    const enough = heights.filter((height) => height >= wanted);
    return wanted > 0 && enough.length > 0 ? Math.min(...enough) : Infinity;
  }
}
