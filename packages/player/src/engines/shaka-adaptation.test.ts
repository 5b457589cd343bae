import type shaka from "shaka-player/dist/shaka-player.hls-es2021.js";
import { beforeEach, expect, test, vi } from "vitest";

import { Adaptation } from "./shaka-adaptation";

const variants = [
  { bandwidth: 4_000_000, video: { height: 1080 } },
  { bandwidth: 500_000, video: { height: 360 } },
  { bandwidth: 1_500_000, video: { height: 720 } },
] as unknown as shaka.extern.Variant[];
const [high, low, middle] = variants as [
  shaka.extern.Variant,
  shaka.extern.Variant,
  shaka.extern.Variant,
];

let nowMs: number;
let video: HTMLVideoElement;
let bufferSeconds: number;
const switchTo = vi.fn();

beforeEach(() => {
  nowMs = 0;
  bufferSeconds = 0;
  switchTo.mockReset();
  video = document.createElement("video");
  Object.defineProperty(video, "buffered", {
    get: () => ({ length: 1, start: () => 0, end: () => bufferSeconds }),
  });
});

function make(configuration: object = {}): Adaptation {
  const adaptation = new Adaptation(() => nowMs);
  adaptation.init(switchTo);
  adaptation.setMediaElement(video);
  adaptation.configure({
    defaultBandwidthEstimate: 4_000_000,
    restrictions: {},
    ...configuration,
  } as shaka.extern.AbrConfiguration);
  adaptation.setVariants(variants);
  return adaptation;
}

/** Let a second of some line pass. */
function pass(adaptation: Adaptation, bps: number): void {
  nowMs += 1_000;
  adaptation.segmentDownloaded(1_000, bps / 8, true);
}

test("it begins with what the line of last time carries easily", () => {
  expect(make().chooseVariant()).toBe(low);
  expect(make({ defaultBandwidthEstimate: 20_000_000 }).chooseVariant()).toBe(high);
});

test("it climbs as the buffer grows, not twice within four seconds, and falls at once", () => {
  const adaptation = make();
  adaptation.chooseVariant();
  adaptation.enable();
  bufferSeconds = 8;
  pass(adaptation, 5_000_000);
  expect(switchTo.mock.calls).toEqual([[middle]]);
  bufferSeconds = 30;
  pass(adaptation, 9_000_000);
  expect(switchTo).toHaveBeenCalledTimes(1);
  nowMs += 3_000;
  pass(adaptation, 9_000_000);
  expect(switchTo.mock.lastCall).toEqual([high]);
  bufferSeconds = 3;
  for (let second = 0; second < 3; second += 1) pass(adaptation, 700_000);
  expect(switchTo.mock.lastCall).toEqual([low]);
  expect(adaptation.getBandwidthEstimate()).toBe(700_000);
});

test("it leaves those alone who choose by hand, until they leave it to the player again", () => {
  const adaptation = make();
  adaptation.chooseVariant();
  adaptation.enable();
  adaptation.disable();
  adaptation.setVariants([low]);
  bufferSeconds = 30;
  pass(adaptation, 90_000_000);
  expect(switchTo).not.toHaveBeenCalled();
  adaptation.enable();
  pass(adaptation, 90_000_000);
  expect(switchTo.mock.calls).toEqual([[high]]);
});

test("limits of the viewer and of the window hold, and something is always left", () => {
  const fast = { defaultBandwidthEstimate: 90_000_000 };
  expect(make({ ...fast, restrictions: { maxHeight: 720 } }).chooseVariant()).toBe(middle);
  expect(make({ ...fast, restrictions: { maxBandwidth: 600_000 } }).chooseVariant()).toBe(low);
  expect(make({ ...fast, restrictions: { maxHeight: 100 } }).chooseVariant()).toBe(low);
  Object.defineProperty(video, "clientHeight", { value: 400 });
  expect(make({ ...fast, restrictToElementSize: true }).chooseVariant()).toBe(middle);
});

test("it says whether there is anything new to choose from, and forgets it at the end", () => {
  const adaptation = make();
  adaptation.enable();
  expect(adaptation.setVariants([...variants])).toBe(false);
  expect(adaptation.setVariants([low])).toBe(true);
  adaptation.release();
  expect(() => adaptation.chooseVariant()).toThrow();
});
