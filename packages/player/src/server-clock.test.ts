import { expect, test } from "vitest";

import { serverAheadMs } from "./server-clock";

test("the server's time is that of the middle between question and answer", () => {
  const serverTime = "2026-11-29T10:00:00.250Z";
  expect(serverAheadMs({ askedAtMs: 1_000, answeredAtMs: 1_300, serverTime })).toBe(
    Date.UTC(2026, 10, 29, 10, 0, 0, 250) - 1_150,
  );
});
