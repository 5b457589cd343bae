import { expect, test } from "vitest";

import { base64urlOf, bytesOf, creationOptions, requestOptions } from "./webauthn";

test.each([
  [[], ""],
  [[0], "AA"],
  [[255, 254], "__4"],
  [[251, 239, 190], "----"],
  [[1, 2, 3, 4], "AQIDBA"],
])("bytes %j are %o in base64url, and back", (bytes, text) => {
  const raw = Uint8Array.from(bytes);
  expect(base64urlOf(raw.buffer)).toBe(text);
  expect([...bytesOf(text)]).toEqual(bytes);
});

test("padding is understood too", () => {
  expect([...bytesOf("AA==")]).toEqual([0]);
});

test("what the server sends becomes what the browser wants", () => {
  const options = creationOptions({
    challenge: "AQID",
    rp: { id: "localhost", name: "localhost" },
    user: { id: "BAU", name: "a@example.org", displayName: "A" },
    pubKeyCredParams: [{ type: "public-key", alg: -7 }],
    excludeCredentials: [{ id: "Bg", type: "public-key", transports: ["internal"] }],
  });
  expect([...new Uint8Array(options.challenge as ArrayBuffer)]).toEqual([1, 2, 3]);
  expect([...(options.user.id as Uint8Array)]).toEqual([4, 5]);
  expect(options.user.name).toBe("a@example.org");
  const [excluded] = options.excludeCredentials ?? [];
  expect([...(excluded?.id as Uint8Array)]).toEqual([6]);
  expect(excluded?.transports).toEqual(["internal"]);
});

test("a request that names no passkey allows any", () => {
  const options = requestOptions({ challenge: "AQID", rpId: "localhost" });
  expect(options.allowCredentials).toEqual([]);
  expect(options.rpId).toBe("localhost");
});
