import { joinPatches, type JsonObject } from "./merge";

export type SaveState = "idle" | "saving" | "saved";

export interface PatchQueueOptions<Answer> {
  send: (patch: JsonObject) => Promise<Answer>;
  /** Everything is saved; the answer tells how it is now. */
  onSaved: (answer: Answer) => void;
  /** What waited is forgotten: it may build on what was refused. */
  onFailed: (error: unknown) => void;
  onState: (state: SaveState) => void;
  pauseMs?: number;
}

/** Saves changes as they come: one request at a time, and those that come meanwhile as one. */
export class PatchQueue<Answer> {
  readonly #options: PatchQueueOptions<Answer>;
  #waiting: JsonObject[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isSending = false;

  constructor(options: PatchQueueOptions<Answer>) {
    this.#options = options;
  }

  add(patch: JsonObject): void {
    const last = this.#waiting.at(-1);
    const joined = last === undefined ? null : joinPatches(last, patch);
    if (joined === null) this.#waiting.push(patch);
    else this.#waiting.splice(-1, 1, joined);
    this.#options.onState("saving");
    if (this.#timer !== null) clearTimeout(this.#timer);
    // A slider tells every step: wait until it rests.
    this.#timer = setTimeout(() => this.flush(), this.#options.pauseMs ?? 200);
  }

  /** Send what waits now. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#isSending) void this.#send();
  }

  async #send(): Promise<void> {
    const patch = this.#waiting.shift();
    if (patch === undefined) return;
    this.#isSending = true;
    try {
      const answer = await this.#options.send(patch);
      this.#isSending = false;
      if (this.#waiting.length > 0) {
        this.flush();
        return;
      }
      this.#options.onState("saved");
      this.#options.onSaved(answer);
    } catch (error) {
      this.#isSending = false;
      this.#waiting = [];
      this.#options.onState("idle");
      this.#options.onFailed(error);
    }
  }
}
