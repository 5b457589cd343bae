import type { LiveSource } from "@streamverse/client";
import { expect, test } from "vitest";

import { sourceBody, sourceSaid } from "./source-queries";

const source: LiveSource = {
  address: "rtsp://cam.example/live",
  user: "owner",
  has_password: true,
  is_on: true,
  times: "scheduled",
  state: "waiting",
  since: null,
  problem: null,
  retry_at: null,
  bitrate_bps: null,
};

test("a password that nobody types stays as it is", () => {
  expect(sourceBody(sourceSaid(source))).toEqual({
    address: "rtsp://cam.example/live",
    user: "owner",
    is_on: true,
    times: "scheduled",
  });
  expect(sourceBody({ ...sourceSaid(source), password: "new" })?.password).toBe("new");
});

test("an encoder that sends leaves the address switched off, if there is one", () => {
  expect(sourceBody({ ...sourceSaid(source), isFetched: false })?.is_on).toBe(false);
  expect(sourceBody(sourceSaid(null))).toBeNull();
});
