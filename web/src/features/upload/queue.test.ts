import type { Upload } from "@streamverse/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { type Sending, UploadQueue, type UploadServer } from "./queue";
import type { TransferOptions } from "./transfer";

/** A transfer that waits to be told what happens on its way. */
class ScriptedTransfer implements Sending {
  calls: string[] = [];

  constructor(readonly options: TransferOptions) {}

  start = () => {
    this.calls.push("start");
    this.options.listener.onConnecting();
  };
  retryNow = () => void this.calls.push("retryNow");

  pause(): Promise<void> {
    this.calls.push("pause");
    return Promise.resolve();
  }
}

const known: Upload = {
  id: "u1",
  filename: "a.mp4",
  title_name: "a",
  size_bytes: 1000,
  offset_bytes: 400,
  state: "uploading",
  problem: null,
  asset_id: null,
  title_id: null,
  created_at: "2026-01-01T00:00:00Z",
  expires_at: null,
  origin: null,
};

let onServer: Upload[];
let removed: string[];
let renamed: [titleId: string, name: string][];
let transfers: ScriptedTransfer[];
let queue: UploadQueue;

beforeEach(() => {
  onServer = [];
  removed = [];
  renamed = [];
  transfers = [];
  const server: UploadServer = {
    list: () => Promise.resolve(onServer),
    remove: (id) => Promise.resolve(void removed.push(id)),
    renameTitle: (titleId, name) => Promise.resolve(void renamed.push([titleId, name])),
  };
  queue = new UploadQueue(server, (options) => {
    const transfer = new ScriptedTransfer(options);
    transfers.push(transfer);
    return transfer;
  });
});

afterEach(() => vi.useRealTimers());

function film(name: string, sizeBytes = 1000): File {
  return new File([new Uint8Array(sizeBytes)], name);
}

function transferAt(index: number): ScriptedTransfer {
  const transfer = transfers[index];
  if (!transfer) throw new Error(`There is no transfer ${index}.`);
  return transfer;
}

/** Let the server take note of a file. */
function connect(index: number, uploadId: string): void {
  transferAt(index).options.listener.onStarted(uploadId);
}

const stages = () => queue.files().map((file) => file.stage);

test("two files go at a time, and the next when one is through", () => {
  for (const name of ["a.mp4", "b.mp4", "c.mp4"]) queue.add(film(name));
  connect(0, "u1");
  connect(1, "u2");
  expect(transfers.map((transfer) => transfer.calls.includes("start"))).toEqual([
    true,
    true,
    false,
  ]);
  expect(stages()).toEqual(["connecting", "connecting", "queued"]);
  transferAt(0).options.listener.onRefused("This is not a video file.");
  expect(transferAt(2).calls).toEqual(["start"]);
  expect(queue.files()[0]).toMatchObject({
    stage: "refused",
    problem: "This is not a video file.",
  });
});

test("a file is taken once while it is under way, and again after it was refused", () => {
  expect(queue.add(film("a.mp4"))).toBe(true);
  expect(queue.add(film("a.mp4"))).toBe(false);
  expect(queue.add(film("a.mp4", 999))).toBe(true);
  transferAt(0).options.listener.onRefused("no");
  expect(queue.add(film("a.mp4"))).toBe(true);
});

test("a file goes with the wish that held when it was chosen", () => {
  queue.add(film("a.mp4"), "clearkey");
  queue.add(film("b.mp4"));
  expect(transfers.map((transfer) => transfer.options.protection)).toEqual(["clearkey", null]);
});

test("a paused file makes room, keeps what has arrived, and queues again", async () => {
  for (const name of ["a.mp4", "b.mp4", "c.mp4"]) queue.add(film(name));
  connect(0, "u1");
  connect(1, "u2");
  transferAt(0).options.listener.onProgress(250);
  await queue.pause("1");
  expect(queue.files()[0]).toMatchObject({ stage: "paused", sentBytes: 250 });
  expect(transferAt(0).calls).toEqual(["start", "pause"]);
  expect(transferAt(2).calls).toEqual(["start"]);
  connect(2, "u3");
  queue.resume("1");
  expect(stages()).toEqual(["queued", "connecting", "connecting"]);
});

test("progress tells bytes and speed; a break forgets the speed", () => {
  vi.useFakeTimers();
  queue.add(film("a.mp4", 10_000));
  connect(0, "u1");
  const { listener } = transferAt(0).options;
  listener.onProgress(0);
  vi.advanceTimersByTime(2000);
  listener.onProgress(4000);
  expect(queue.files()[0]).toMatchObject({ sentBytes: 4000, bytesPerSecond: 2000 });
  listener.onWaiting(4, null);
  expect(queue.files()[0]).toMatchObject({
    stage: "waiting",
    sentBytes: 4000,
    bytesPerSecond: null,
    retryInSeconds: 4,
  });
  expect(queue.isBusy()).toBe(true);
});

test("a file that the server holds a part of goes on there, under the name it was given", async () => {
  onServer = [
    { ...known, id: "other", size_bytes: 999 },
    { ...known, title_name: "Summer at the lake" },
  ];
  queue.add(film("a.mp4"));
  expect(await transferAt(0).options.findUnfinished()).toBe("u1");
  expect(queue.files()[0]).toMatchObject({
    uploadId: "u1",
    sentBytes: 400,
    name: "Summer at the lake",
  });
});

test("two files of one name and size do not share an upload", async () => {
  onServer = [known];
  queue.add(film("a.mp4"));
  await transferAt(0).options.findUnfinished();
  await queue.pause("1");
  queue.store.set({ files: queue.files().map((file) => ({ ...file, fileName: "moved.mp4" })) });
  queue.add(film("a.mp4"));
  expect(await transferAt(1).options.findUnfinished()).toBeNull();
});

test("an accepted file leads to its title, which gets a name changed meanwhile", async () => {
  vi.useFakeTimers();
  queue.add(film("a.mp4"));
  transferAt(0).options.name();
  connect(0, "u1");
  queue.rename("1", " Summer at the lake ");
  transferAt(0).options.listener.onSent();
  expect(queue.files()[0]).toMatchObject({ stage: "checking", sentBytes: 1000 });
  onServer = [{ ...known, state: "checking" }];
  await vi.advanceTimersByTimeAsync(1000);
  expect(stages()).toEqual(["checking"]);
  onServer = [{ ...known, state: "accepted", title_id: "t1" }];
  await vi.advanceTimersByTimeAsync(1000);
  expect(queue.files()[0]).toMatchObject({ stage: "accepted", titleId: "t1" });
  expect(renamed).toEqual([["t1", "Summer at the lake"]]);
  expect(queue.isBusy()).toBe(false);
});

test("a file refused after it arrived shows the server's sentence", async () => {
  vi.useFakeTimers();
  queue.add(film("a.mp4"));
  connect(0, "u1");
  transferAt(0).options.listener.onSent();
  const problem = { code: "media.not_media", detail: "This file is a text." };
  onServer = [{ ...known, state: "refused", problem }];
  await vi.advanceTimersByTimeAsync(1000);
  expect(queue.files()[0]).toMatchObject({ stage: "refused", problem: "This file is a text." });
});

test("a file refused here is shown without being sent", () => {
  queue.refuse(film("empty.mp4", 0), "It is empty.");
  expect(queue.files()).toMatchObject([{ stage: "refused", problem: "It is empty." }]);
  expect(transfers).toEqual([]);
});

test("a cancelled file leaves the list and the server", async () => {
  queue.add(film("a.mp4"));
  connect(0, "u1");
  await queue.remove("1");
  expect(queue.files()).toEqual([]);
  expect(transferAt(0).calls).toEqual(["start", "pause"]);
  expect(removed).toEqual(["u1"]);
});
