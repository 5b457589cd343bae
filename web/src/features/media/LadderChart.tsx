import { type ChartPoint, ScatterChart } from "@streamverse/ui";

import { formatBitrate, formatNumber } from "../../app/format";
import { useText } from "../../app/i18n";
import type { Measurement, Quality } from "./ladder";

/** What was measured of a film, and what was chosen, against what every film would get. */
export function LadderChart({ measurement }: { measurement: Measurement }) {
  const text = useText().media.ladder.chart;
  const { tried, hull, fixed, chosen, target_vmaf } = measurement;
  const places = (points: readonly Quality[]): ChartPoint[] =>
    points.map((point) => ({
      x: point.bitrate_bps,
      y: point.vmaf,
      label: text.point(
        `${point.width}×${point.height}`,
        formatNumber(point.crf),
        formatBitrate(point.bitrate_bps),
        formatNumber(point.vmaf),
      ),
    }));
  return (
    <ScatterChart
      title={text.title}
      description={text.description(chosen.length, fixed.length)}
      xLabel={text.bitrate}
      yLabel={text.quality}
      formatX={formatBitrate}
      formatY={formatNumber}
      yStep={20}
      line={{ y: target_vmaf, label: text.target(formatNumber(target_vmaf)) }}
      series={[
        { name: text.hull, points: places(hull), mark: "none", tone: "good", isJoined: true },
        { name: text.tried, points: places(tried), mark: "ring", tone: "muted" },
        { name: text.fixed, points: places(fixed), mark: "square", tone: "danger" },
        { name: text.chosen, points: places(chosen), mark: "diamond", tone: "accent" },
      ]}
    />
  );
}
