import type { Job, ProcessingItem } from "@streamverse/client";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";

import { ProcessingCard } from "./ProcessingCard";

vi.mock("@tanstack/react-router", () => ({
  Link: ({ children }: { children: string }) => <a href="/titles/7">{children}</a>,
}));

afterEach(cleanup);

const job: Job = {
  id: "j",
  name: "media.encode_chunk",
  label: "Encode: pictures, part 1 of 2",
  state: "running",
  progress: 0.25,
  eta_seconds: 90,
  attempts: 2,
  worker: "w",
  problem: null,
  created_at: "2026-01-01T00:00:00Z",
  started_at: null,
  finished_at: null,
};

const item: ProcessingItem = {
  asset_id: "a",
  title_id: "7",
  name: "Northern lights",
  stage: "encoding",
  progress: 0.416,
  eta_seconds: 200,
  problem: null,
  jobs: [job],
};

function show(item: ProcessingItem): void {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ProcessingCard item={item} />
    </QueryClientProvider>,
  );
}

test("a film on its way says its stage, percent and time left", () => {
  show(item);
  expect(screen.getByText("Encoding")).toBeDefined();
  expect(screen.getByText("41%")).toBeDefined();
  expect(screen.getByText("3 min left")).toBeDefined();
  const bar = screen.getByRole("progressbar", { name: "Processing of Northern lights" });
  expect(bar.getAttribute("aria-valuenow")).toBe("41.6");
});

test("a running job says how far it is and can be cancelled, a dead one why and can be run again", () => {
  const problem = { code: "media.encode_failed", detail: "The disk is full." };
  show({ ...item, jobs: [job, { ...job, id: "k", label: "Encode", state: "dead", problem }] });
  const [running, dead] = screen.getAllByRole("listitem").map((row) => within(row));
  expect(running?.getByText("attempt 2 · 2 min left")).toBeDefined();
  expect(
    running?.getByRole("button", { name: "Cancel Encode: pictures, part 1 of 2" }),
  ).toBeDefined();
  expect(dead?.getByText("The disk is full.")).toBeDefined();
  expect(dead?.getByRole("button", { name: "Run Encode again" })).toBeDefined();
});

test("a failed film shows the sentence and no progress", () => {
  const problem = { code: "media.no_video", detail: "There is no picture in this file." };
  show({ ...item, stage: "failed", problem, jobs: [] });
  expect(screen.getByText("There is no picture in this file.")).toBeDefined();
  expect(screen.queryByRole("progressbar")).toBeNull();
});
