import { expect, test } from "vitest";

import { bestVmaf, expectationOf, type LadderRung, type Measurement } from "./ladder";

const best = { width: 1920, height: 1080, crf: 22, bitrate_bps: 4_583_000, vmaf: 94.2 };
const preview = { width: 854, height: 480, crf: 26, bitrate_bps: 288_000, vmaf: 60.6 };
const measurement: Measurement = {
  target_vmaf: 94,
  tried: [],
  hull: [],
  fixed: [],
  chosen: [best, preview],
  bits_saved: 0.3,
};

function rung(change: Partial<LadderRung>): LadderRung {
  const usual = { name: "v1080", codec: "h264", width: 1920, height: 1080, crf: 22 };
  return { ...usual, max_bitrate_bps: 5_500_000, ...change };
}

test("a rendition is expected to be what was measured at its size and setting", () => {
  expect(expectationOf(rung({}), measurement)).toBe(best);
  expect(expectationOf(rung({ width: 854, height: 480, crf: 26 }), measurement)).toBe(preview);
});

test.each([rung({ codec: "hevc" }), rung({ crf: 23 }), rung({ height: 1088 })])(
  "nothing is expected of what was not measured: %o",
  (unmeasured) => {
    expect(expectationOf(unmeasured, measurement)).toBeNull();
    expect(expectationOf(rung({}), null)).toBeNull();
  },
);

test("the best rendition is the one of the highest quality", () => {
  expect(bestVmaf(measurement)).toBe(94.2);
});
