import { afterEach, expect, test, vi } from "vitest";

import { askForKeys } from "./license";

const protection = { licenseUrl: "/licenses/film", keyIds: ["pictures", "sound"] };

afterEach(() => vi.unstubAllGlobals());

test("all keys are asked for at once", async () => {
  const license = { keys: [{ kty: "oct", kid: "pictures", k: "secret" }], type: "temporary" };
  const fetching = vi.fn(() => Promise.resolve(Response.json(license)));
  vi.stubGlobal("fetch", fetching);
  expect(await askForKeys(protection)).toEqual(license);
  expect(fetching.mock.calls).toEqual([
    [
      "/licenses/film",
      {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: '{"kids":["pictures","sound"],"type":"temporary"}',
      },
    ],
  ]);
});

test.each([
  [401, "expired"],
  [403, "expired"],
  [404, "missing"],
  [429, "unreachable"],
  [503, "unreachable"],
])("a refusal with %i means %s", async (status, kind) => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(null, { status })));
  expect(await askForKeys(protection)).toEqual({ kind, technical: `licence: ${status}` });
});

test("no answer is no fault of the film", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  expect(await askForKeys(protection)).toMatchObject({ kind: "unreachable" });
});
