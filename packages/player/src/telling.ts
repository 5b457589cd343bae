import type { PlayerDebugState, PlayerState } from "./state";

/** What a player tells of its session; offsets count from the wish to see the film. */
export interface PlayerEvent {
  sequence: number;
  at_ms: number;
  kind: Mood | "quality" | "heartbeat" | "left";
  position_ms?: number;
  bitrate_bps?: number;
  height?: number;
  buffer_ms?: number;
  throughput_bps?: number;
  dropped_frames?: number;
  decoded_frames?: number;
  code?: string;
}

type Mood = "playing" | "paused" | "stalled" | "seeking" | "failed" | "ended";

/** Why a session is over; null while it is not. */
export type SessionEnd = string | null;

/** What of a player's state is told. */
export type ToldState = Pick<
  PlayerState,
  | "status"
  | "problem"
  | "isPaused"
  | "isEnded"
  | "isWaiting"
  | "positionSeconds"
  | "activeQuality"
  | "stalls"
  | "startUpMs"
>;

/** What is told of it with each heartbeat. */
export type ToldMeasures = Pick<
  PlayerDebugState,
  "currentTime" | "bufferedSeconds" | "droppedFrames" | "decodedFrames" | "bandwidthBps"
>;

/** What is told of: a player, as far as this needs one. */
export interface ToldPlayer {
  readonly store: { get(): ToldState; subscribe(onChange: () => void): () => void };
  debugState(): ToldMeasures;
}

export interface TellerOptions {
  player: ToldPlayer;
  /** When somebody wished to see the film, by the same clock as `nowMs`. */
  wishedAtMs: number;
  heartbeatMs: number;
  nowMs: () => number;
  /** Hand over events; what fails is told again with what comes next. */
  send: (events: readonly PlayerEvent[]) => Promise<SessionEnd>;
  /** Hand over the last ones while the page goes away: nobody waits for an answer. */
  sendLast: (events: readonly PlayerEvent[]) => void;
  /** The server has ended the session. */
  onEnded: (by: string) => void;
}

const AT_ONCE = 200;
const MOST_UNTOLD = 1000;

/** Tells the server how a session goes, in batches that may be lost and told again. */
export class Teller {
  readonly #options: TellerOptions;
  readonly #unsubscribe: () => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #untold: PlayerEvent[] = [];
  #sequence = 0;
  #mood: Mood | null = null;
  #stalls: number;
  #height = 0;
  #bitrateBps = 0;
  #isTelling = false;
  #isOver = false;

  constructor(options: TellerOptions) {
    this.#options = options;
    this.#stalls = options.player.store.get().stalls;
    this.#unsubscribe = options.player.store.subscribe(() => this.#look());
    this.#timer = setInterval(() => this.#beat(), options.heartbeatMs);
    this.#look();
  }

  /** Tell what is left, with the end, while the page goes away. */
  leave(): void {
    if (this.#isOver) return;
    this.#note({ kind: "left", ...this.#measures() });
    this.#stop();
    this.#options.sendLast(this.#untold.slice(-AT_ONCE));
  }

  #end(by: string): void {
    // The page may have gone while the answer was on its way.
    if (this.#isOver) return;
    this.#stop();
    this.#options.onEnded(by);
  }

  #stop(): void {
    this.#isOver = true;
    this.#unsubscribe();
    clearInterval(this.#timer);
  }

  #look(): void {
    const state = this.#options.player.store.get();
    this.#lookAtQuality(state);
    const mood = this.#moodOf(state);
    this.#stalls = state.stalls;
    if (mood === null || mood === this.#mood) return;
    const isUrgent = this.#mood === null || mood === "failed" || mood === "ended";
    this.#mood = mood;
    const code = mood === "failed" ? state.problem?.kind : undefined;
    this.#note({
      kind: mood,
      position_ms: Math.round(state.positionSeconds * 1000),
      ...(code !== undefined && { code }),
    });
    if (isUrgent) void this.#tell();
  }

  #moodOf(state: ToldState): Mood | null {
    if (state.status === "failed") return "failed";
    if (state.isEnded) return "ended";
    if (state.startUpMs === null || state.status !== "ready") return null;
    if (state.isPaused) return "paused";
    if (!state.isWaiting) return "playing";
    if (state.stalls > this.#stalls) return "stalled";
    return this.#mood === "stalled" ? "stalled" : "seeking";
  }

  #lookAtQuality({ activeQuality }: ToldState): void {
    if (activeQuality === null) return;
    const { height, bitrateBps } = activeQuality;
    if (height === this.#height && bitrateBps === this.#bitrateBps) return;
    this.#height = height;
    this.#bitrateBps = bitrateBps;
    this.#note({ kind: "quality", bitrate_bps: Math.round(bitrateBps), height });
  }

  #beat(): void {
    this.#note({ kind: "heartbeat", ...this.#measures() });
    void this.#tell();
  }

  #measures(): Omit<PlayerEvent, "sequence" | "at_ms" | "kind"> {
    const now = this.#options.player.debugState();
    return {
      position_ms: Math.max(0, Math.round(now.currentTime * 1000)),
      buffer_ms: Math.max(0, Math.round(now.bufferedSeconds * 1000)),
      dropped_frames: now.droppedFrames,
      decoded_frames: now.decodedFrames,
      ...(now.bandwidthBps !== null && { throughput_bps: Math.round(now.bandwidthBps) }),
    };
  }

  #note(event: Omit<PlayerEvent, "sequence" | "at_ms">): void {
    const at_ms = Math.max(0, Math.round(this.#options.nowMs() - this.#options.wishedAtMs));
    this.#untold.push({ sequence: this.#sequence, at_ms, ...event });
    this.#sequence += 1;
    if (this.#untold.length > MOST_UNTOLD) this.#untold.shift();
  }

  async #tell(): Promise<void> {
    if (this.#isTelling || this.#isOver) return;
    this.#isTelling = true;
    const batch = this.#untold.slice(0, AT_ONCE);
    try {
      const end = await this.#options.send(batch);
      this.#untold = this.#untold.filter((event) => !batch.includes(event));
      if (end !== null) this.#end(end);
    } catch {
      // The network is away: it is told with the next heartbeat.
    } finally {
      this.#isTelling = false;
    }
  }
}
