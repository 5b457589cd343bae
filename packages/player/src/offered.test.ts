import { afterEach, expect, test, vi } from "vitest";

import { findQualities, qualitiesIn } from "./offered";

const MASTER = `#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound",URI="a.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=900000,AVERAGE-BANDWIDTH=800000,CODECS="avc1.4d401e",RESOLUTION=640x360
v360.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=5000000,CODECS="avc1.640028",RESOLUTION=1920x1080
v.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=6000000,CODECS="hvc1.1.6.L123",RESOLUTION=1920x1080
w.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=3000000,CODECS="avc1.640020",RESOLUTION=1280x720,FRAME-RATE=59.94
v720.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=90000,CODECS="mp4a.40.2"
a.m3u8
`;

afterEach(() => {
  vi.unstubAllGlobals();
});

test("a master's qualities are listed from the tallest on, each once", () => {
  const found = qualitiesIn(MASTER).map(({ id, width, bitrateBps }) => [id, width, bitrateBps]);
  expect(found).toEqual([
    ["1080p", 1920, 6_000_000],
    ["720p60", 1280, 3_000_000],
    ["360p", 640, 900_000],
  ]);
});

test("where the master does not come, there are none", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("gone", { status: 404 })));
  expect(await findQualities("/live.m3u8")).toEqual([]);
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no line")));
  expect(await findQualities("/live.m3u8")).toEqual([]);
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(MASTER)));
  expect(await findQualities("/live.m3u8")).toHaveLength(3);
});
