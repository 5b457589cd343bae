import { Store } from "@streamverse/player";

export type SendSource = "camera" | "screen";

export interface PublisherState {
  readonly status: "idle" | "asking" | "connecting" | "live" | "returning" | "failed";
  /** What went wrong: `denied`, `unreachable`, or a sentence of the server. */
  readonly problem: string | null;
  readonly preview: MediaStream | null;
  readonly bitrateBps: number;
  readonly framesPerSecond: number;
}

const idle: PublisherState = {
  status: "idle",
  problem: null,
  preview: null,
  bitrateBps: 0,
  framesPerSecond: 0,
};

const MAX_BITRATE_BPS = 4_000_000;
const LOOK_EVERY_MS = 1_000;
const RETURN_AFTER_MS = 1_000;
/** As long as a stream waits for its encoder, and a little more. */
const MOST_RETURNS = 40;
const CONNECT_WITHIN_MS = 15_000;
const WHIP = "/whip";

/** Sends a camera or a screen from this browser by WHIP, and comes back when the line is lost. */
export class BrowserPublisher {
  readonly store = new Store<PublisherState>(idle);
  #line: RTCPeerConnection | null = null;
  #address: string | null = null;
  #looking: ReturnType<typeof setInterval> | undefined;
  #returns = 0;
  #sentBytes = 0;
  #isOver = true;

  /** Ask for what is to be sent, and send it under a key. */
  async start(key: string, source: SendSource, hasSound: boolean): Promise<void> {
    this.#isOver = false;
    this.#returns = 0;
    this.store.set({ ...idle, status: "asking" });
    try {
      const preview = await capture(source, hasSound);
      this.store.set({ preview });
      for (const track of preview.getVideoTracks()) {
        track.addEventListener("ended", () => this.stop());
      }
    } catch {
      this.store.set({ status: "failed", problem: "denied" });
      return;
    }
    if (this.store.get().status !== "asking") {
      // Somebody left while the browser asked.
      this.#letGo();
      this.store.set(idle);
      return;
    }
    this.#looking = setInterval(() => void this.#look(), LOOK_EVERY_MS);
    await this.#connect(key);
  }

  /** End it, and let go of the camera. */
  stop(): void {
    this.#isOver = true;
    this.#hangUp();
    this.#letGo();
    this.store.set(idle);
  }

  async #connect(key: string): Promise<void> {
    const { preview } = this.store.get();
    if (this.#isOver || preview === null) return;
    this.store.set({ status: this.#returns === 0 ? "connecting" : "returning" });
    const line = new RTCPeerConnection();
    this.#line = line;
    for (const track of preview.getTracks()) addTrack(line, track, preview);
    const late = setTimeout(() => this.#lose(line, key), CONNECT_WITHIN_MS);
    line.addEventListener("connectionstatechange", () => {
      if (line.connectionState === "connected") {
        clearTimeout(late);
        this.#returns = 0;
        this.store.set({ status: "live", problem: null });
      } else if (["failed", "closed"].includes(line.connectionState)) {
        clearTimeout(late);
        this.#lose(line, key);
      }
    });
    try {
      await this.#offer(line, key);
    } catch (error) {
      clearTimeout(late);
      if (error instanceof Refused) this.#fail(error.message);
      else this.#lose(line, key);
    }
  }

  async #offer(line: RTCPeerConnection, key: string): Promise<void> {
    await line.setLocalDescription();
    const answer = await fetch(WHIP, {
      method: "POST",
      headers: { "Content-Type": "application/sdp", Authorization: `Bearer ${key}` },
      body: line.localDescription?.sdp ?? "",
    });
    if (answer.status !== 201) {
      const sentence = await sentenceIn(answer);
      throw this.#isFinal(answer.status) ? new Refused(sentence) : new Error(sentence);
    }
    this.#address = new URL(answer.headers.get("Location") ?? WHIP, answer.url).href;
    await line.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  }

  /** What is busy or moves may answer in a moment; our own line that broke may seem to stand. */
  #isFinal(status: number): boolean {
    if (status === 409) return this.#returns === 0;
    return status < 500 && status !== 408 && status !== 429;
  }

  #lose(line: RTCPeerConnection, key: string): void {
    if (this.#isOver || line !== this.#line) return;
    this.#hangUp();
    this.#returns += 1;
    if (this.#returns > MOST_RETURNS) {
      this.#fail("unreachable");
      return;
    }
    this.store.set({ status: "returning" });
    setTimeout(() => void this.#connect(key), RETURN_AFTER_MS);
  }

  #fail(problem: string): void {
    this.#isOver = true;
    this.#hangUp();
    this.#letGo();
    this.store.set({ ...idle, status: "failed", problem });
  }

  #hangUp(): void {
    this.#line?.close();
    this.#line = null;
    this.#sentBytes = 0;
    const address = this.#address;
    this.#address = null;
    if (address !== null) {
      // Should nobody hear of it, the silence will be noticed.
      fetch(address, { method: "DELETE", keepalive: true }).catch(() => undefined);
    }
  }

  #letGo(): void {
    clearInterval(this.#looking);
    const { preview } = this.store.get();
    if (preview !== null) stopTracks(preview);
  }

  async #look(): Promise<void> {
    const stats = await this.#line?.getStats();
    if (stats === undefined) return;
    let sentBytes = 0;
    let framesPerSecond = 0;
    const reports: Iterable<{ type: string; bytesSent?: number; framesPerSecond?: number }> =
      stats.values();
    for (const report of reports) {
      if (report.type === "outbound-rtp") {
        sentBytes += report.bytesSent ?? 0;
        framesPerSecond = report.framesPerSecond ?? framesPerSecond;
      }
    }
    const bits = 8 * Math.max(0, sentBytes - this.#sentBytes);
    this.#sentBytes = sentBytes;
    this.store.set({ bitrateBps: (1000 * bits) / LOOK_EVERY_MS, framesPerSecond });
  }
}

class Refused extends Error {}

async function capture(source: SendSource, hasSound: boolean): Promise<MediaStream> {
  const size = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
  const devices = navigator.mediaDevices;
  if (source === "camera") return devices.getUserMedia({ video: size, audio: hasSound });
  const screen = await devices.getDisplayMedia({ video: { frameRate: { ideal: 30 } } });
  if (!hasSound) return screen;
  const voice = await devices.getUserMedia({ audio: true });
  return new MediaStream([...screen.getVideoTracks(), ...voice.getAudioTracks()]);
}

function addTrack(line: RTCPeerConnection, track: MediaStreamTrack, stream: MediaStream): void {
  if (track.kind === "audio") {
    line.addTransceiver(track, { direction: "sendonly", streams: [stream] });
    return;
  }
  const transceiver = line.addTransceiver(track, {
    direction: "sendonly",
    streams: [stream],
    sendEncodings: [{ maxBitrate: MAX_BITRATE_BPS }],
  });
  // H.264 is what everybody can be passed on to.
  const codecs = RTCRtpSender.getCapabilities("video")?.codecs ?? [];
  const isH264 = (mimeType: string) => mimeType.toLowerCase() === "video/h264";
  const ordered = [
    ...codecs.filter(({ mimeType }) => isH264(mimeType)),
    ...codecs.filter(({ mimeType }) => !isH264(mimeType)),
  ];
  if (ordered.length > 0) transceiver.setCodecPreferences(ordered);
  keepSize(transceiver.sender);
}

/** Lets pictures become fewer where the line is slow, not smaller: every other size is a break. */
function keepSize(sender: RTCRtpSender): void {
  const parameters = sender.getParameters();
  parameters.degradationPreference = "maintain-resolution";
  sender.setParameters(parameters).catch(() => undefined);
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

async function sentenceIn(answer: Response): Promise<string> {
  const said = (await answer.json().catch(() => null)) as { detail?: string } | null;
  return said?.detail ?? "unreachable";
}
