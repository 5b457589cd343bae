import { type Checks, unwrap } from "@streamverse/client";
import { Notice } from "@streamverse/ui";
import { queryOptions, useQuery } from "@tanstack/react-query";

import { api, isStatus } from "../../app/api";
import { formatDuration, formatNumber, formatPercent } from "../../app/format";
import { useText } from "../../app/i18n";
import { Section } from "../preferences/Section";
import { useMay } from "../staff/queries";
import { FigureTable } from "./FigureTable";

const NOTHING = "–";

function checksQuery(assetId: string) {
  return queryOptions({
    queryKey: ["checks", assetId],
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/titles/{title_id}/checks", { params: { path: { title_id: assetId } } }),
      ),
    retry: false,
  });
}

/** What the last checks of the encoded film have measured, for those who look after the work. */
export function ChecksSection({ id }: { id: string }) {
  const { checks: words } = useText().media;
  const may = useMay("jobs.manage");
  const checks = useQuery({ ...checksQuery(id), enabled: may === true });
  if (may !== true || (checks.isError && !isStatus(checks.error, 404))) return null;
  return (
    <Section id="checks" title={words.heading} intro={words.intro}>
      {checks.isError && <Notice tone="info">{words.none}</Notice>}
      {checks.data && <ChecksView checks={checks.data} />}
    </Section>
  );
}

function ChecksView({ checks }: { checks: Checks }) {
  const { checks: words } = useText().media;
  const { track, length, decoded, likeness, vmaf, loudness, peak } = words.columns;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      {checks.problem !== null && <Notice tone="danger">{checks.problem}</Notice>}
      <FigureTable
        caption={words.heading}
        columns={[track, length, decoded, likeness, vmaf, loudness, peak]}
        rows={checks.tracks.map((one) => ({
          key: one.name,
          cells: [
            one.name,
            formatDuration(one.duration_ms),
            formatPercent(one.decoded_ms / Math.max(1, one.duration_ms)),
            one.likeness === null ? NOTHING : formatPercent(one.likeness),
            one.vmaf === null ? NOTHING : formatNumber(one.vmaf),
            one.loudness_lufs === null ? NOTHING : words.lufs(formatNumber(one.loudness_lufs)),
            one.peak_dbfs === null ? NOTHING : words.dbfs(formatNumber(one.peak_dbfs)),
          ],
        }))}
      />
      {checks.sound_offset_ms !== null && checks.sound_drift_ms !== null && (
        <p className="text-muted">{words.sync(checks.sound_offset_ms, checks.sound_drift_ms)}</p>
      )}
    </div>
  );
}
