import type { Upload } from "@streamverse/client";
import { Store } from "@streamverse/player";

import { nameFromFile } from "./file-name";
import { SpeedMeter } from "./speed-meter";
import { type Protection, Transfer, type TransferListener, type TransferOptions } from "./transfer";

const PARALLEL = 2;
const CHECK_EVERY_MS = 1_000;

export type Stage =
  | "queued"
  | "connecting"
  | "uploading"
  | "paused"
  | "waiting" // for a server that is away
  | "checking"
  | "accepted"
  | "refused";

export interface QueuedFile {
  readonly key: string;
  readonly fileName: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sentBytes: number;
  readonly stage: Stage;
  readonly bytesPerSecond: number | null;
  readonly retryInSeconds: number | null;
  /** The server's sentence about what is wrong. */
  readonly problem: string | null;
  readonly uploadId: string | null;
  readonly titleId: string | null;
}

/** What the queue needs of the server. */
export interface UploadServer {
  list(): Promise<Upload[]>;
  remove(uploadId: string): Promise<void>;
  renameTitle(titleId: string, name: string): Promise<void>;
}

/** What the queue asks of a file's way to the server. */
export type Sending = Pick<Transfer, "start" | "pause" | "retryNow">;

interface Work {
  readonly transfer: Sending;
  readonly speed: SpeedMeter;
  /** The name the server was told; null before the upload was made there. */
  toldName: string | null;
}

const IN_FLIGHT: readonly Stage[] = ["connecting", "uploading", "waiting"];
const FINISHED: readonly Stage[] = ["accepted", "refused"];

/** The files being uploaded, two at a time, for as long as the page lives. */
export class UploadQueue {
  readonly store = new Store<{ files: readonly QueuedFile[] }>({ files: [] });
  readonly #server: UploadServer;
  readonly #makeTransfer: (options: TransferOptions) => Sending;
  readonly #work = new Map<string, Work>();
  #checking: ReturnType<typeof setTimeout> | undefined;
  #lastKey = 0;

  constructor(
    server: UploadServer,
    makeTransfer = (options: TransferOptions): Sending => new Transfer(options),
  ) {
    this.#server = server;
    this.#makeTransfer = makeTransfer;
  }

  /** Take a file in; gives false if it is already under way. */
  add(file: File, protection: Protection | null = null): boolean {
    if (this.files().some((f) => isSameFile(f, file) && !FINISHED.includes(f.stage))) return false;
    const { key } = this.#show(file, { stage: "queued" });
    const transfer = this.#makeTransfer({
      file,
      name: () => this.#tellName(key),
      protection,
      findUnfinished: () => this.#findUnfinished(key, file),
      listener: this.#listenerOf(key),
    });
    this.#work.set(key, { transfer, speed: new SpeedMeter(), toldName: null });
    this.#fill();
    return true;
  }

  /** Show a file that need not be sent to know that it will be refused. */
  refuse(file: File, problem: string): void {
    this.#show(file, { stage: "refused", problem });
  }

  rename(key: string, name: string): void {
    this.#change(key, { name });
  }

  async pause(key: string): Promise<void> {
    this.#change(key, { stage: "paused", bytesPerSecond: null });
    await this.#work.get(key)?.transfer.pause();
    this.#fill();
  }

  resume(key: string): void {
    this.#change(key, { stage: "queued", problem: null });
    this.#fill();
  }

  retryNow(key?: string): void {
    for (const file of this.files()) {
      const isMeant = key === undefined || file.key === key;
      if (isMeant && file.stage === "waiting") this.#work.get(file.key)?.transfer.retryNow();
    }
  }

  /** Stop a file, or dismiss a refused one, and take it off the list here and on the server. */
  async remove(key: string): Promise<void> {
    const file = this.#find(key);
    await this.#work.get(key)?.transfer.pause();
    try {
      if (file?.uploadId) await this.#server.remove(file.uploadId);
    } finally {
      this.#work.delete(key);
      this.store.set({ files: this.files().filter((f) => f.key !== key) });
      this.#fill();
    }
  }

  files(): readonly QueuedFile[] {
    return this.store.get().files;
  }

  isBusy(): boolean {
    return this.files().some((file) => file.stage === "queued" || IN_FLIGHT.includes(file.stage));
  }

  #show(file: File, change: Pick<QueuedFile, "stage"> & Partial<QueuedFile>): QueuedFile {
    const queued: QueuedFile = {
      key: String(++this.#lastKey),
      fileName: file.name,
      name: nameFromFile(file.name),
      sizeBytes: file.size,
      sentBytes: 0,
      bytesPerSecond: null,
      retryInSeconds: null,
      problem: null,
      uploadId: null,
      titleId: null,
      ...change,
    };
    this.store.set({ files: [...this.files(), queued] });
    return queued;
  }

  #find(key: string): QueuedFile | undefined {
    return this.files().find((file) => file.key === key);
  }

  #change(key: string, change: Partial<QueuedFile>): void {
    this.store.set({ files: this.files().map((f) => (f.key === key ? { ...f, ...change } : f)) });
  }

  /** Start as many waiting files as there is room for. */
  #fill(): void {
    const running = this.files().filter((file) => IN_FLIGHT.includes(file.stage)).length;
    const next = this.files().filter((file) => file.stage === "queued");
    for (const file of next.slice(0, Math.max(0, PARALLEL - running))) {
      this.#work.get(file.key)?.transfer.start();
    }
  }

  #tellName(key: string): string {
    const name = this.#find(key)?.name ?? "";
    const work = this.#work.get(key);
    if (work?.toldName === null) work.toldName = name;
    return name;
  }

  async #findUnfinished(key: string, file: File): Promise<string | null> {
    const taken = new Set(this.files().map((f) => f.uploadId));
    const found = (await this.#server.list()).find(
      (u) =>
        u.state === "uploading" &&
        u.filename === file.name &&
        u.size_bytes === file.size &&
        !taken.has(u.id),
    );
    if (!found) return null;
    const work = this.#work.get(key);
    if (work) work.toldName = found.title_name;
    // The name given the first time stands, unless it was changed here meanwhile.
    const isUntouched = this.#find(key)?.name === nameFromFile(file.name);
    this.#change(key, {
      uploadId: found.id,
      sentBytes: found.offset_bytes,
      ...(isUntouched ? { name: found.title_name } : {}),
    });
    return found.id;
  }

  #listenerOf(key: string): TransferListener {
    const still = { retryInSeconds: null, bytesPerSecond: null };
    return {
      onConnecting: () => {
        this.#work.get(key)?.speed.reset();
        this.#change(key, { stage: "connecting", problem: null, ...still });
      },
      onStarted: (uploadId) => this.#change(key, { uploadId }),
      onProgress: (sentBytes) => this.#noteProgress(key, sentBytes),
      onWaiting: (retryInSeconds, problem) =>
        this.#change(key, { stage: "waiting", problem, ...still, retryInSeconds }),
      onLoggedOut: (problem) => this.#settle(key, { stage: "paused", problem, ...still }),
      onRefused: (problem) => this.#settle(key, { stage: "refused", problem, ...still }),
      onSent: () => {
        const sentBytes = this.#find(key)?.sizeBytes ?? 0;
        this.#settle(key, { stage: "checking", sentBytes, ...still });
        this.#checkSoon();
      },
    };
  }

  #settle(key: string, change: Partial<QueuedFile>): void {
    this.#change(key, change);
    this.#fill();
  }

  #noteProgress(key: string, sentBytes: number): void {
    const speed = this.#work.get(key)?.speed;
    speed?.note(sentBytes, performance.now());
    this.#change(key, {
      stage: "uploading",
      sentBytes,
      bytesPerSecond: speed?.bytesPerSecond() ?? null,
    });
  }

  #checkSoon(): void {
    clearTimeout(this.#checking);
    this.#checking = setTimeout(() => void this.#check(), CHECK_EVERY_MS);
  }

  /** Ask what became of the files that have arrived in full. */
  async #check(): Promise<void> {
    try {
      const known = new Map((await this.#server.list()).map((upload) => [upload.id, upload]));
      for (const file of this.files().filter((f) => f.stage === "checking")) {
        const upload = known.get(file.uploadId ?? "");
        if (upload?.state === "accepted") await this.#accept(file, upload.title_id);
        if (upload?.state === "refused") {
          this.#change(file.key, { stage: "refused", problem: upload.problem?.detail ?? null });
        }
      }
    } catch {
      // The server is away for a moment: it is asked again below.
    }
    if (this.files().some((file) => file.stage === "checking")) this.#checkSoon();
  }

  async #accept(file: QueuedFile, titleId: string | null): Promise<void> {
    const toldName = this.#work.get(file.key)?.toldName;
    const name = this.#find(file.key)?.name.trim();
    if (titleId !== null && name && name !== toldName)
      await this.#server.renameTitle(titleId, name);
    this.#change(file.key, { stage: "accepted", titleId });
  }
}

/** The same file by name and size, which is all one can know after a reload. */
export function isSameFile(known: { fileName: string; sizeBytes: number }, file: File): boolean {
  return known.fileName === file.name && known.sizeBytes === file.size;
}
