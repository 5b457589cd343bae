import type { Ladder } from "@streamverse/client";

import { formatBitrate, formatNumber } from "../../app/format";
import { useText } from "../../app/i18n";
import { FigureTable } from "./FigureTable";
import { expectationOf, type Measurement } from "./ladder";

/** The renditions that a film has, or will have. */
export function RenditionTable({ ladder }: { ladder: Ladder }) {
  const text = useText().media.ladder;
  const { size, codec, crf, bitrate, most, vmaf } = text.columns;
  const isMeasured = ladder.measurement !== null;
  return (
    <FigureTable
      caption={text.heading}
      columns={[size, codec, ...(isMeasured ? [vmaf, bitrate] : []), most, crf]}
      rows={ladder.rungs.map((rung) => {
        const expected = expectationOf(rung, ladder.measurement);
        const measured = expected
          ? [formatNumber(expected.vmaf), formatBitrate(expected.bitrate_bps)]
          : ["–", "–"];
        return {
          key: rung.name,
          cells: [
            `${rung.width}×${rung.height}`,
            text.codecs[rung.codec] ?? rung.codec,
            ...(isMeasured ? measured : []),
            formatBitrate(rung.max_bitrate_bps),
            formatNumber(rung.crf),
          ],
        };
      })}
    />
  );
}

/** The numbers behind the chart, for those who read rather than see it. */
export function MeasurementTable({ measurement }: { measurement: Measurement }) {
  const text = useText().media.ladder;
  const { kind, size, crf, bitrate, vmaf } = text.columns;
  const groups = [
    [text.chart.chosen, measurement.chosen],
    [text.chart.fixed, measurement.fixed],
    [text.chart.tried, measurement.tried],
    [text.chart.hull, measurement.hull],
  ] as const;
  return (
    <details>
      <summary className="w-fit cursor-pointer rounded-md py-1 font-semibold">
        {text.numbers}
      </summary>
      <FigureTable
        className="mt-3"
        caption={text.numbers}
        columns={[kind, size, crf, bitrate, vmaf]}
        rows={groups.flatMap(([name, points]) =>
          points.map((point) => ({
            key: `${name} ${point.width} ${point.height} ${point.crf}`,
            cells: [
              name,
              `${point.width}×${point.height}`,
              formatNumber(point.crf),
              formatBitrate(point.bitrate_bps),
              formatNumber(point.vmaf),
            ],
          })),
        )}
      />
    </details>
  );
}
