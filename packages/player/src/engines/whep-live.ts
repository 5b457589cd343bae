import { type LiveEngine, type LiveListener, NotFollowed } from "../live-engine";
import { kindOfStatus, type PlayerProblem } from "../problem";
import type { Quality } from "../state";

/** Whoever is not connected by then will not be; whoever is waits longer for the first picture. */
const CONNECTED_WITHIN_MS = 6_000;
const FIRST_PICTURE_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 1_000;
const STILL_AFTER_LOOKS = 2;
const CREATED = 201;
/** What is told of a stream that is not live any more. */
const OVER = 409;
/** The clock of NTP began so long before that of browsers. */
const NTP_BEFORE_UNIX_MS = 2_208_988_800_000;

/** What is read of the connection's statistics. */
interface Report {
  readonly kind?: string;
  readonly estimatedPlayoutTimestamp?: number;
  readonly framesDecoded?: number;
}

/** Follows a stream by WebRTC (WHEP): half a second behind, and nothing to rewind to. */
export class WhepLiveEngine implements LiveEngine {
  readonly #video: HTMLVideoElement;
  readonly #listener: LiveListener;
  readonly #line = new RTCPeerConnection();
  readonly #stream = new MediaStream();
  #address: string | null = null;
  /** What was shown at the last look, and when that was by a clock that nobody sets. */
  #seen: { readonly shownAtMs: number; readonly lookedAtMs: number } | null = null;
  #decodedFrames = 0;
  #stillLooks = 0;
  #looking: ReturnType<typeof setInterval> | undefined;
  #isDestroyed = false;

  constructor(video: HTMLVideoElement, listener: LiveListener) {
    this.#video = video;
    this.#listener = listener;
  }

  static isSupported(): boolean {
    return "RTCPeerConnection" in globalThis;
  }

  prefer(): void {
    // There is nothing to choose from.
  }

  qualities(): readonly Quality[] {
    return [];
  }

  activeQuality(): Quality | null {
    return null;
  }

  chooseQuality(): void {
    // A stream goes out as it is sent.
  }

  /** Resolve with the first picture; fail if there is none. */
  async load(url: string): Promise<void> {
    const line = this.#line;
    line.addTransceiver("video", { direction: "recvonly" });
    line.addTransceiver("audio", { direction: "recvonly" });
    line.addEventListener("track", ({ track }) => this.#stream.addTrack(track));
    await line.setLocalDescription();
    const sdp = await this.#ask(url, line.localDescription?.sdp ?? "");
    const isShown = this.#firstPicture();
    this.#video.srcObject = this.#stream;
    await line.setRemoteDescription({ type: "answer", sdp });
    // Muted if need be: who may not hear yet may see.
    this.#video.play().catch(() => undefined);
    await isShown;
    line.addEventListener("connectionstatechange", () => {
      if (["failed", "closed", "disconnected"].includes(line.connectionState)) this.#lose();
    });
    // A server that sends its viewers on says so before the way to it is lost.
    const transport = line.getReceivers()[0]?.transport ?? null;
    transport?.addEventListener("statechange", () => {
      if (["failed", "closed"].includes(transport.state)) this.#lose();
    });
    this.#looking = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  goLive(): void {
    // It is live whenever it plays.
  }

  seekBehind(): void {
    // There is nothing behind.
  }

  shownAtMs(): number | null {
    const seen = this.#seen;
    return seen === null ? null : seen.shownAtMs + performance.now() - seen.lookedAtMs;
  }

  rewindSeconds(): number {
    return 0;
  }

  behindSeconds(): number {
    return 0;
  }

  isOver(): boolean {
    return false;
  }

  destroy(): Promise<void> {
    this.#isDestroyed = true;
    clearInterval(this.#looking);
    this.#line.close();
    if (this.#video.srcObject === this.#stream) this.#video.srcObject = null;
    const address = this.#address;
    this.#address = null;
    // Whoever does not hear of it notices soon.
    if (address !== null) {
      fetch(address, { method: "DELETE", keepalive: true }).catch(() => undefined);
    }
    return Promise.resolve();
  }

  async #ask(url: string, offer: string): Promise<string> {
    let answer: Response;
    try {
      answer = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/sdp" },
        body: offer,
      });
    } catch (error) {
      throw refused("unreachable", `WHEP: ${String(error)}`);
    }
    if (answer.status !== CREATED) {
      const kind = answer.status === OVER ? "missing" : kindOfStatus(answer.status);
      throw refused(kind, `WHEP answered ${answer.status}`);
    }
    this.#address = new URL(answer.headers.get("Location") ?? url, answer.url).href;
    return answer.text();
  }

  #firstPicture(): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(refused("unsupported", "no picture by WebRTC"));
      const unconnected = setTimeout(() => {
        if (this.#line.connectionState !== "connected") giveUp();
      }, CONNECTED_WITHIN_MS);
      const late = setTimeout(giveUp, FIRST_PICTURE_WITHIN_MS);
      this.#video.addEventListener(
        "loadeddata",
        () => {
          clearTimeout(unconnected);
          clearTimeout(late);
          resolve();
        },
        { once: true },
      );
    });
  }

  async #look(): Promise<void> {
    const reports: Iterable<Report> = (await this.#line.getStats()).values();
    for (const { kind, estimatedPlayoutTimestamp: shown, framesDecoded } of reports) {
      if (kind !== "video") continue;
      if (shown !== undefined) {
        this.#seen = { shownAtMs: shown - NTP_BEFORE_UNIX_MS, lookedAtMs: performance.now() };
      }
      if (framesDecoded !== undefined) this.#noteFrames(framesDecoded);
    }
  }

  /** No element says of what comes by WebRTC that nothing comes. */
  #noteFrames(decoded: number): void {
    this.#stillLooks = decoded === this.#decodedFrames ? this.#stillLooks + 1 : 0;
    this.#decodedFrames = decoded;
    this.#listener.onWaiting(this.#stillLooks >= STILL_AFTER_LOOKS);
  }

  #lose(): void {
    if (!this.#isDestroyed) this.#listener.onProblem({ kind: "unreachable", technical: "lost" });
  }
}

function refused(kind: PlayerProblem["kind"], technical: string): NotFollowed {
  return new NotFollowed({ kind, technical });
}
