import type { Worker } from "@streamverse/client";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";

import { WorkerList } from "./WorkerList";

afterEach(cleanup);

const worker: Worker = {
  name: "01a1/0",
  host: "attic",
  lanes: { encode: 2, sound: 1 },
  offers: { h264: "libx264" },
  threads: 8,
  started_at: "2026-01-01T00:00:00Z",
  seen_at: "2026-01-02T00:00:00Z",
  is_missed: false,
  jobs: [],
};

test("a worker says where it runs and what it takes", () => {
  render(<WorkerList workers={[worker]} />);
  expect(screen.getByRole("heading", { name: "attic" })).toBeDefined();
  expect(screen.getByText("Waits for work")).toBeDefined();
  expect(screen.getByText("h264 (libx264)")).toBeDefined();
  expect(screen.getByText("encode (2), sound (1)")).toBeDefined();
  expect(screen.getByText("8")).toBeDefined();
});

test("a worker that has died says when it was last heard of", () => {
  render(<WorkerList workers={[{ ...worker, host: "", is_missed: true }]} />);
  expect(screen.getByRole("heading", { name: "01a1/0" })).toBeDefined();
  expect(screen.getByText("Not heard of")).toBeDefined();
  expect(screen.getByText("Last heard of")).toBeDefined();
});
