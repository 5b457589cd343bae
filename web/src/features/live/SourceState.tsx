import { Notice } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";

import { formatAge, formatBitrate, formatMoment } from "../../app/format";
import { useText } from "../../app/i18n";
import { sourceQuery } from "./source-queries";

/** How the fetching of a stream goes, where it is fetched. */
export function SourceState({ streamId }: { streamId: string }) {
  const { liveSources: words } = useText();
  const source = useQuery(sourceQuery(streamId)).data?.source;
  if (source === undefined || source === null || source.state === "off") return null;
  const { state, since, problem, retry_at, bitrate_bps } = source;
  const isUnwell = retry_at !== null;
  return (
    <Notice tone={isUnwell ? "danger" : "info"}>
      <strong>{words.states[state]}</strong> {problem}{" "}
      {since !== null &&
        bitrate_bps !== null &&
        words.since(formatAge(since), formatBitrate(bitrate_bps))}
      {isUnwell && words.retryAt(formatMoment(retry_at))}
    </Notice>
  );
}
