import shaka from "shaka-player/dist/shaka-player.hls-es2021.js";

import type { Cue } from "../cues";
import type { Engine, EngineListener } from "../engine";
import { askForKeys } from "../license";
import type { ProblemKind } from "../problem";
import {
  type AudioTrack,
  type Buffering,
  type Measures,
  type PlayedSo,
  type Protection,
  type Quality,
  type Source,
  type TextTrack,
} from "../state";
import { Adaptation } from "./shaka-adaptation";
import { errorIn, isShakaError, kindOf, problemOf } from "./shaka-problems";
import { activeQualityOf, qualitiesOf, selectQuality, wholeRate } from "./shaka-qualities";
import { forgetMaster, giveMaster, HLS_TYPE, sayWithRequests } from "./shaka-requests";
import { TextKeeper } from "./shaka-text";

/** How often the playlist of a growing film is read again. */
const UPDATE_PERIOD_SECONDS = 0.75;

/** Adaptive HLS through Media Source Extensions, by Shaka Player. */
export class ShakaEngine implements Engine {
  readonly #video: HTMLVideoElement;
  readonly #listener: EngineListener;
  readonly #player = new shaka.Player();
  #adaptation: Adaptation | null = null;
  #text: TextKeeper | null = null;
  #given: string | null = null;
  readonly #gone = new AbortController();

  constructor(video: HTMLVideoElement, listener: EngineListener) {
    this.#video = video;
    this.#listener = listener;
    this.#player.configure(configuration);
    // eslint-disable-next-line @typescript-eslint/no-unused-vars -- Shaka counts the parameters
    const keepText = (_player: shaka.Player) => (this.#text = new TextKeeper());
    this.#player.configure("textDisplayFactory", keepText);
    this.#player.configure("abrFactory", () => (this.#adaptation = new Adaptation()));
    for (const event of ["trackschanged", "adaptation", "variantchanged", "textchanged"]) {
      this.#player.addEventListener(event, () => listener.onTracksChanged());
    }
    this.#player.addEventListener("manifestupdated", () => listener.onGrown());
    this.#player.addEventListener("buffering", (event) => {
      listener.onWaiting((event as unknown as { buffering: boolean }).buffering);
    });
    // What is refused or gone is so at every further try: say it at the first.
    this.#player.getNetworkingEngine()?.addEventListener("retry", (event) => {
      const { error } = event as unknown as { error: shaka.util.Error | null };
      if (error && FINAL.has(kindOf(error))) this.#report(error);
    });
    this.#player.addEventListener("error", (event) => this.#report(errorIn(event)));
  }

  static isSupported(): boolean {
    shaka.polyfill.installAll();
    return shaka.Player.isBrowserSupported();
  }

  prefer({ maxHeight, maxBitrateBps, audioLanguages, isSoundOnly }: PlayedSo): void {
    this.#player.configure({
      manifest: { disableVideo: isSoundOnly },
      abr: { restrictions: { maxHeight, maxBandwidth: maxBitrateBps } },
      preferredAudio: audioLanguages.map((language) => ({ language })),
    });
  }

  async load(source: Source, startSeconds: number): Promise<void> {
    if (source.protection !== null && !(await this.#unlock(source.protection))) return;
    if (source.lineBps !== null)
      this.#player.configure("abr.defaultBandwidthEstimate", source.lineBps);
    this.#bufferAs(source.buffering);
    const told = { sessionId: source.sessionId, contentId: source.id };
    sayWithRequests(this.#player, source.hlsUrl, told);
    try {
      await this.#player.attach(this.#video);
      await this.#player.load(this.#addressOf(source), startSeconds, HLS_TYPE);
      this.chooseTextTrack(null);
    } catch (error) {
      if (isShakaError(error)) this.#report(error);
      else throw error;
    }
  }

  /** To begin, little is enough; only who has run dry waits for more. */
  #bufferAs({ aheadSeconds, resumeAfterSeconds }: Buffering): void {
    this.#player.configure("streaming.bufferingGoal", aheadSeconds);
    const begun = () => this.#player.configure("streaming.rebufferingGoal", resumeAfterSeconds);
    this.#video.addEventListener("playing", begun, { once: true, signal: this.#gone.signal });
  }

  /** Where the master is read: in memory, if it is there. */
  #addressOf({ hlsUrl, master }: Source): string {
    if (master === null) return hlsUrl;
    return (this.#given = giveMaster(hlsUrl, master));
  }

  fetchAgain(): boolean {
    return this.#player.retryStreaming();
  }

  qualities(): readonly Quality[] {
    return qualitiesOf(this.#player);
  }

  activeQuality(): Quality | null {
    return activeQualityOf(this.#player);
  }

  chooseQuality(id: string | null): void {
    const isAutomatic = id === null;
    this.#player.configure("abr.enabled", false);
    // What is buffered ahead is thrown away, so that the choice is seen at once.
    selectQuality(this.#player, isAutomatic ? this.#chosenByRule() : id, 1);
    this.#player.configure("abr.enabled", isAutomatic);
  }

  /** Asked for at once: left to itself, Shaka would first play all that is buffered. */
  #chosenByRule(): string | undefined {
    const qualities = this.qualities();
    if (qualities.length === 0) return undefined;
    const picture = this.#adaptation?.chooseVariant().video;
    const ofItsSize = qualities.filter(({ height }) => height === picture?.height);
    const fits = ofItsSize.find(({ framesPerSecond }) => framesPerSecond === wholeRate(picture));
    return (fits ?? ofItsSize[0])?.id;
  }

  audioTracks(): readonly AudioTrack[] {
    const found = new Map<string, AudioTrack>();
    for (const track of this.#player.getAudioTracks()) {
      found.set(soundId(track), {
        id: soundId(track),
        language: track.language,
        label: ownName(track),
        channels: track.channelsCount ?? 2,
      });
    }
    return [...found.values()];
  }

  activeAudioTrack(): string | null {
    const active = this.#player.getAudioTracks().find((track) => track.active);
    return active ? soundId(active) : null;
  }

  chooseAudioTrack(id: string): void {
    const track = this.#player.getAudioTracks().find((candidate) => soundId(candidate) === id);
    if (track && !track.active) this.#player.selectAudioTrack(track);
  }

  measures(): Measures {
    const video = this.#player.getVideoTracks().find((track) => track.active);
    const audio = this.#player.getAudioTracks().find((track) => track.active);
    const { estimatedBandwidth } = this.#player.getStats();
    return {
      videoCodec: video?.codecs ?? null,
      audioCodec: audio?.codecs ?? null,
      bandwidthBps: Number.isFinite(estimatedBandwidth) ? estimatedBandwidth : null,
    };
  }

  textTracks(): readonly TextTrack[] {
    return this.#player
      .getTextTracks()
      .filter(({ forced }) => !forced)
      .map((track) => ({
        id: String(track.id),
        language: track.language,
        label: ownName(track),
      }));
  }

  activeTextTrack(): string | null {
    const active = this.#player.getTextTracks().find((track) => track.active && !track.forced);
    return active ? String(active.id) : null;
  }

  chooseTextTrack(id: string | null): void {
    const tracks = this.#player.getTextTracks();
    const chosen = tracks.find((track) => String(track.id) === id);
    const spoken = this.#player.getAudioTracks().find((track) => track.active)?.language;
    // What is written in the picture and must be read, in the language that is heard.
    const forced = tracks.find((track) => track.forced && track.language === spoken);
    this.#player.selectTextTrack(chosen ?? forced ?? null);
  }

  cuesAt(seconds: number): readonly Cue[] {
    return this.#text?.at(seconds) ?? [];
  }

  /** A player reads only once which renditions there are, so the list is read again here. */
  async offersMore(source: Source): Promise<boolean> {
    const answer = await fetch(source.hlsUrl);
    if (!answer.ok) return false;
    const listed = (await answer.text()).matchAll(/[:,]RESOLUTION=\d+x(\d+)/g);
    const known = new Set(this.#player.getVideoTracks().map(({ height }) => height));
    return [...listed].some(([, height]) => !known.has(Number(height)));
  }

  playableSeconds(): number {
    return this.#player.seekRange().end;
  }

  isGrowing(): boolean {
    return this.#player.isDynamic();
  }

  async destroy(): Promise<void> {
    this.#gone.abort();
    await this.#player.destroy();
    if (this.#given !== null) forgetMaster(this.#given);
  }

  /** Get the keys of an encrypted film; false if there are none for this viewer. */
  async #unlock(protection: Protection): Promise<boolean> {
    const license = await askForKeys(protection);
    if ("kind" in license) {
      this.#listener.onProblem(license);
      return false;
    }
    const clearKeys = Object.fromEntries(license.keys.map(({ kid, k }) => [kid, k]));
    // Shaka knows no form of HLS's for keys that are asked for by name: what it needs, it has now.
    this.#player.configure({ drm: { clearKeys }, manifest: { ignoreDrmInfo: true } });
    return true;
  }

  #report(error: shaka.util.Error): void {
    if (error.code === shaka.util.Error.Code.LOAD_INTERRUPTED) return;
    const problem = problemOf(error);
    const isFatal = error.severity === shaka.util.Error.Severity.CRITICAL;
    // A playlist refused with 403 counts as recoverable there, but asking again will not mend it.
    if (isFatal || FINAL.has(problem.kind)) this.#listener.onProblem(problem);
  }
}

const FINAL = new Set<ProblemKind>(["expired", "missing"]);

/**
 * A slow line takes its time for a large piece, but something of it comes now and then. Whatever
 * was on its way when a line broke is fetched anew, as its connection may take minutes to notice.
 */
const patience = { timeout: 40_000, connectionTimeout: 10_000, stallTimeout: 8_000 };

const configuration = {
  manifest: {
    updatePeriod: UPDATE_PERIOD_SECONDS,
    // A growing film is no broadcast: it may be played to the very end of what is there.
    // Captions come as tracks of their own, so no segments are fetched to look for hidden ones.
    hls: { liveSegmentsDelay: 0, disableClosedCaptionsDetection: true },
    retryParameters: { maxAttempts: 5, baseDelay: 400, backoffFactor: 2, ...patience },
  },
  streaming: {
    // Start on the first half second and fetch the rest while it plays.
    rebufferingGoal: 0.5,
    bufferingGoal: 30,
    bufferBehind: 30,
    // Parts of a recording may differ in size, which any buffer takes that took the one before.
    crossBoundaryStrategy: shaka.config.CrossBoundaryStrategy.RESET_ON_ENCRYPTION_CHANGE,
    // A line that is back is tried soon: who plays is asked every few seconds what to do.
    retryParameters: { maxAttempts: 3, baseDelay: 500, backoffFactor: 2, ...patience },
    // What does not come is the line's fault and not the rendition's.
    maxDisabledTime: 0,
  },
  abr: {
    defaultBandwidthEstimate: 4_000_000,
    restrictToElementSize: true,
  },
};

interface Named {
  language: string;
  originalLanguage: string | null;
  label: string | null;
}

/** A playlist must name each track; one without a name is called by its language there. */
function ownName({ language, originalLanguage, label }: Named): string | null {
  return label === language || label === originalLanguage ? null : label;
}

/** One sound comes in several codecs, of which the engine takes what goes with the picture. */
function soundId({ language, label, channelsCount }: shaka.extern.AudioTrack): string {
  return [language, label ?? "", channelsCount ?? 2].join("/");
}
