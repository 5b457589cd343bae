import type { LiveEngine } from "../live";
import { kindOfStatus, type PlayerProblem } from "../problem";

/** Whoever has seen no picture by then will not see one this way. */
const FIRST_PICTURE_WITHIN_MS = 6_000;
const LOOK_EVERY_MS = 1_000;
/** The clock of NTP began so long before that of browsers. */
const NTP_BEFORE_UNIX_MS = 2_208_988_800_000;

/** Follows a stream by WebRTC (WHEP): half a second behind, and nothing to rewind to. */
export class WhepLiveEngine implements LiveEngine {
  readonly #video: HTMLVideoElement;
  readonly #onProblem: (problem: PlayerProblem) => void;
  readonly #line = new RTCPeerConnection();
  readonly #stream = new MediaStream();
  #address: string | null = null;
  #latencySeconds: number | null = null;
  #looking: ReturnType<typeof setInterval> | undefined;
  #isDestroyed = false;

  constructor(video: HTMLVideoElement, onProblem: (problem: PlayerProblem) => void) {
    this.#video = video;
    this.#onProblem = onProblem;
  }

  static isSupported(): boolean {
    return "RTCPeerConnection" in globalThis;
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
      if (["failed", "closed", "disconnected"].includes(line.connectionState)) this.#lose("lost");
    });
    this.#looking = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  goLive(): void {
    // It is live whenever it plays.
  }

  seekBehind(): void {
    // There is nothing behind.
  }

  latencySeconds(): number | null {
    return this.#latencySeconds;
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
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/sdp" },
      body: offer,
    });
    if (answer.status !== 201) {
      this.#lose(`WHEP answered ${answer.status}`, kindOfStatus(answer.status));
      throw new Error(`WHEP answered ${answer.status}`);
    }
    this.#address = new URL(answer.headers.get("Location") ?? url, answer.url).href;
    return answer.text();
  }

  #firstPicture(): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error("no picture by WebRTC")),
        FIRST_PICTURE_WITHIN_MS,
      );
      this.#video.addEventListener(
        "loadeddata",
        () => {
          clearTimeout(late);
          resolve();
        },
        { once: true },
      );
    });
  }

  async #look(): Promise<void> {
    const reports: Iterable<{ kind?: string; estimatedPlayoutTimestamp?: number }> = (
      await this.#line.getStats()
    ).values();
    for (const report of reports) {
      if (report.kind === "video" && report.estimatedPlayoutTimestamp !== undefined) {
        const shown = report.estimatedPlayoutTimestamp - NTP_BEFORE_UNIX_MS;
        this.#latencySeconds = Math.max(0, (Date.now() - shown) / 1000);
      }
    }
  }

  #lose(technical: string, kind: PlayerProblem["kind"] = "unreachable"): void {
    if (!this.#isDestroyed) this.#onProblem({ kind, technical });
  }
}
