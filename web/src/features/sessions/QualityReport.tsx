import type { SessionSummary } from "@streamverse/client";
import { Choice, Select, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";

import { sentenceOf } from "../../app/api";
import { formatBitrate, formatNumber } from "../../app/format";
import { useText } from "../../app/i18n";
import { ProblemNotice } from "../ProblemNotice";
import { type Grouping, summariesQuery } from "./queries";

const GROUPINGS = ["title", "device", "region", "network"] as const;
const PERIODS = [1, 7, 30, 90] as const;
type Period = (typeof PERIODS)[number];

/** How well it goes, put together by what one chooses: charts that are tables as well. */
export function QualityReport() {
  const text = useText();
  const words = text.sessions;
  const [by, setBy] = useState<Grouping>("title");
  const [days, setDays] = useState<Period>(7);
  const asked = useQuery(summariesQuery(by, days));
  return (
    <section aria-labelledby="quality" className="grid gap-5">
      <h2 id="quality" className="text-2xl font-bold">
        {words.quality}
      </h2>
      <div className="flex flex-wrap items-end gap-5">
        <Choice
          label={words.by}
          value={by}
          onChange={setBy}
          choices={GROUPINGS.map((value) => ({ value, label: words.groupings[value] }))}
        />
        <Select
          label={words.days}
          value={days}
          onChange={(event) => setDays(Number(event.target.value) as Period)}
        >
          {PERIODS.map((value) => (
            <option key={value} value={value}>
              {words.periods[value]}
            </option>
          ))}
        </Select>
      </div>
      {asked.isPending && <Skeleton className="h-48" />}
      {asked.isError && (
        <ProblemNotice
          sentence={sentenceOf(asked.error, text)}
          onRetry={() => void asked.refetch()}
        />
      )}
      {asked.data &&
        (asked.data.items.length === 0 ? (
          <p className="text-muted">{words.none}</p>
        ) : (
          <Summaries summaries={asked.data.items} />
        ))}
    </section>
  );
}

function Summaries({ summaries }: { summaries: readonly SessionSummary[] }) {
  const words = useText().sessions;
  const slowest = Math.max(1, ...summaries.map((one) => one.startup_median_ms ?? 0));
  const mostWaiting = Math.max(0.01, ...summaries.map((one) => one.rebuffering_ratio));
  return (
    <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={words.quality}>
      <table className="w-full min-w-2xl text-start tabular-nums">
        <thead className="text-sm text-muted">
          <tr>
            <Head>{words.group}</Head>
            <Head isNumber>{words.count}</Head>
            <Head>{words.startup}</Head>
            <Head>{words.rebuffering}</Head>
            <Head isNumber>{words.bitrate}</Head>
            <Head isNumber>{words.failed}</Head>
          </tr>
        </thead>
        <tbody>
          {summaries.map((one) => (
            <tr key={one.key} className="border-t border-line">
              <th scope="row" className="py-3 pe-4 text-start font-normal wrap-anywhere">
                {one.name || words.unknown}
              </th>
              <td className="py-3 pe-4 text-end">{one.sessions.toLocaleString()}</td>
              <td className="py-3 pe-4">
                <Bar share={(one.startup_median_ms ?? 0) / slowest} tone="bg-chart-1">
                  {one.startup_median_ms === null ? "–" : seconds(one.startup_median_ms)}
                </Bar>
              </td>
              <td className="py-3 pe-4">
                <Bar share={one.rebuffering_ratio / mostWaiting} tone="bg-chart-3">
                  {`${formatNumber(one.rebuffering_ratio * 100)} %`}
                </Bar>
              </td>
              <td className="py-3 pe-4 text-end">{formatBitrate(one.average_bitrate_bps)}</td>
              <td className="py-3 pe-4 text-end">{one.failed_sessions.toLocaleString()}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head({ children, isNumber = false }: { children: ReactNode; isNumber?: boolean }) {
  return (
    <th scope="col" className={`py-2 pe-4 font-semibold ${isNumber ? "text-end" : "text-start"}`}>
      {children}
    </th>
  );
}

/** A figure with a bar as long as its share of the largest. */
function Bar({ share, tone, children }: { share: number; tone: string; children: ReactNode }) {
  return (
    <div className="grid min-w-32 gap-1">
      <span>{children}</span>
      <span aria-hidden className="h-2 overflow-hidden rounded-full bg-line">
        <span
          className={`block h-full rounded-full ${tone}`}
          style={{ width: `${share * 100}%` }}
        />
      </span>
    </div>
  );
}

function seconds(ms: number): string {
  return `${formatNumber(ms / 1000)} s`;
}
