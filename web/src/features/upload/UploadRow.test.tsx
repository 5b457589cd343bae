import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";

import type { QueuedFile } from "./queue";
import { UploadRow } from "./UploadRow";

vi.mock("@tanstack/react-router", () => ({
  Link: ({ children }: { children: string }) => <a href="/titles/7">{children}</a>,
}));

afterEach(cleanup);

const file: QueuedFile = {
  key: "1",
  fileName: "film.mp4",
  name: "film",
  sizeBytes: 10_000_000,
  sentBytes: 2_500_000,
  stage: "uploading",
  bytesPerSecond: 500_000,
  retryInSeconds: null,
  problem: null,
  uploadId: "u",
  titleId: null,
};

test("a file on its way says bytes, speed and time left", () => {
  render(<UploadRow file={file} />);
  expect(screen.getByText("2.5 MB of 10.0 MB · 500 kB/s · 15 sec left")).toBeDefined();
  expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("25");
});

test("while the server is away it says that, and when it tries again", () => {
  render(<UploadRow file={{ ...file, stage: "waiting", retryInSeconds: 4 }} />);
  expect(screen.getByRole("status").textContent).toBe(
    "The server does not answer. What it has confirmed is safe; trying again in 4 s.",
  );
});

test("a refused file shows the server's sentence and can be dismissed", () => {
  render(<UploadRow file={{ ...file, stage: "refused", problem: "This is not a video file." }} />);
  expect(screen.getByRole("alert").textContent).toBe("This is not a video file.");
  expect(screen.getByRole("button", { name: "Dismiss film.mp4" })).toBeDefined();
  expect(screen.queryByRole("progressbar")).toBeNull();
});

test("an accepted file leads to its title", () => {
  render(<UploadRow file={{ ...file, stage: "accepted", titleId: "7" }} />);
  expect(screen.getByRole("link", { name: "Open the title" })).toBeDefined();
});
