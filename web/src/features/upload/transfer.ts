import { parseProblem, ServerUnreachable } from "@streamverse/client";
import type { Upload as TusUpload } from "tus-js-client";

export type Protection = "none" | "clearkey";

const ENDPOINT = "/api/v1/uploads";
/** Small enough for any proxy's body limit, and for little to be sent twice after a break. */
const CHUNK_BYTES = 8 * 1024 * 1024;
const RETRY_DELAYS_SECONDS = [1, 2, 4, 8, 15];

export interface TransferListener {
  onStarted(uploadId: string): void;
  onProgress(sentBytes: number): void;
  /** The server is away, or said why it cannot take more just now; the next try is so far off. */
  onWaiting(retryInSeconds: number, sentence: string | null): void;
  onConnecting(): void;
  onSent(): void;
  /** The server said no, and will say no again. */
  onRefused(sentence: string): void;
  /** The session has ended; what has arrived is kept. */
  onLoggedOut(sentence: string | null): void;
}

export interface TransferOptions {
  file: File;
  name: () => string;
  /** How the film is to be encrypted; null leaves it to the service. */
  protection: Protection | null;
  /** Find an upload of the same file that the server already holds a part of. */
  findUnfinished: () => Promise<string | null>;
  listener: TransferListener;
}

/** Sends one file by tus, and goes on by itself for as long as the server is away. */
export class Transfer {
  readonly #options: TransferOptions;
  #upload: TusUpload | null = null;
  #failures = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isStopped = true;

  constructor(options: TransferOptions) {
    this.#options = options;
  }

  start(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    void this.#connect();
  }

  async pause(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#upload?.abort(false);
  }

  retryNow(): void {
    clearInterval(this.#timer);
    if (!this.#isStopped) void this.#connect();
  }

  async #connect(): Promise<void> {
    this.#options.listener.onConnecting();
    try {
      this.#upload ??= await this.#create();
    } catch (error) {
      if (error instanceof ServerUnreachable) {
        this.#wait(null);
        return;
      }
      this.#stop(() => this.#options.listener.onRefused((error as Error).message));
      return;
    }
    if (!this.#wasPaused()) this.#upload.start();
  }

  /** Asked after each wait, when someone may have pressed pause. */
  #wasPaused(): boolean {
    return this.#isStopped;
  }

  async #create(): Promise<TusUpload> {
    const { file, name, protection, findUnfinished, listener } = this.#options;
    const unfinishedId = await findUnfinished();
    const { Upload } = await import("tus-js-client");
    const upload = new Upload(file, {
      endpoint: ENDPOINT,
      uploadUrl: unfinishedId === null ? null : `${ENDPOINT}/${unfinishedId}`,
      chunkSize: CHUNK_BYTES,
      retryDelays: null,
      storeFingerprintForResuming: false,
      metadata: {
        filename: file.name,
        filetype: file.type,
        title: name(),
        ...(protection === null ? {} : { protection }),
      },
      onUploadUrlAvailable: () => listener.onStarted(upload.url?.split("/").at(-1) ?? ""),
      onProgress: (sentBytes) => {
        this.#failures = 0;
        listener.onProgress(sentBytes);
      },
      onSuccess: () => this.#stop(() => listener.onSent()),
      onError: (error) => this.#fail(error),
    });
    return upload;
  }

  #fail(error: Error): void {
    if (this.#wasPaused()) return;
    const response =
      "originalResponse" in error ? (error.originalResponse as TusResponse | null) : null;
    const status = response?.getStatus() ?? 0;
    const sentence = parseProblem(response?.getBody() ?? "")?.detail ?? null;
    if (status === 401) return this.#stop(() => this.#options.listener.onLoggedOut(sentence));
    if (isLasting(status)) {
      return this.#stop(() =>
        this.#options.listener.onRefused(sentence ?? `The server answered ${status}.`),
      );
    }
    this.#wait(status === 503 || status === 507 || status === 429 ? sentence : null);
  }

  #wait(sentence: string | null): void {
    let seconds =
      RETRY_DELAYS_SECONDS[Math.min(this.#failures, RETRY_DELAYS_SECONDS.length - 1)] ?? 15;
    this.#failures += 1;
    clearInterval(this.#timer);
    this.#options.listener.onWaiting(seconds, sentence);
    this.#timer = setInterval(() => {
      seconds -= 1;
      if (seconds > 0) this.#options.listener.onWaiting(seconds, sentence);
      else this.retryNow();
    }, 1000);
  }

  #stop(tell: () => void): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
    tell();
  }
}

interface TusResponse {
  getStatus(): number;
  getBody(): string;
}

/** A refusal that asking again will not change; a lock or a wrong offset is mended by asking again. */
function isLasting(status: number): boolean {
  return status >= 400 && status < 500 && ![408, 409, 423, 425, 429, 460].includes(status);
}
