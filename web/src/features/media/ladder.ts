import { type Ladder, unwrap } from "@streamverse/client";
import { queryOptions } from "@tanstack/react-query";

import { api } from "../../app/api";

export type Measurement = NonNullable<Ladder["measurement"]>;
export type Quality = Measurement["tried"][number];
export type LadderRung = Ladder["rungs"][number];

const POLL_MS = 3_000;

/** The renditions of a film, asked for again while they are being chosen. */
export function ladderQuery(assetId: string) {
  return queryOptions({
    queryKey: ["ladder", assetId],
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/assets/{asset_id}/ladder", { params: { path: { asset_id: assetId } } }),
      ),
    refetchInterval: (query) => (query.state.data?.is_measuring === true ? POLL_MS : false),
  });
}

/** What a rendition is expected to come to; only H.264 is measured. */
export function expectationOf(rung: LadderRung, measurement: Measurement | null): Quality | null {
  if (rung.codec !== "h264") return null;
  const isIt = (point: Quality) =>
    point.width === rung.width && point.height === rung.height && point.crf === rung.crf;
  return measurement?.chosen.find(isIt) ?? null;
}

/** The quality of the best rendition. */
export function bestVmaf(measurement: Measurement): number {
  return Math.max(...measurement.chosen.map((point) => point.vmaf));
}
