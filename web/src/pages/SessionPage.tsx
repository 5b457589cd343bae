import type { SessionAnalytics } from "@streamverse/client";
import { Button, buttonClass, EmptyState, showProblem, showToast, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { MonitorX } from "lucide-react";

import { sentenceOf } from "../app/api";
import { formatBitrate, formatDuration, formatMoment, formatNumber } from "../app/format";
import { useText } from "../app/i18n";
import { PageHeading } from "../features/PageHeading";
import { endSession } from "../features/player/sessions";
import { sessionQuery } from "../features/sessions/queries";
import { SessionTimeline } from "../features/sessions/SessionTimeline";
import { Permitted } from "../features/staff/Permitted";
import { useMay } from "../features/staff/queries";

const route = getRouteApi("/member/layout/admin/sessions/$id");

export function SessionPage() {
  return (
    <Permitted to="reports.read">
      <Session />
    </Permitted>
  );
}

function Session() {
  const text = useText();
  const words = text.sessions;
  const { id } = route.useParams();
  const asked = useQuery(sessionQuery(id));
  const mayEnd = useMay("accounts.manage") === true;
  if (asked.isPending) return <Skeleton className="gutter mx-auto mt-12 h-64 max-w-5xl" />;
  if (asked.isError) {
    return (
      <EmptyState
        as="h1"
        icon={<MonitorX aria-hidden size={36} />}
        title={words.gone}
        action={<BackLink />}
      />
    );
  }
  const session = asked.data;
  const end = () =>
    endSession(id).then(
      () => {
        showToast(words.endedNow);
        return asked.refetch();
      },
      (error: unknown) => showProblem(sentenceOf(error, text)),
    );
  return (
    <div className="gutter mx-auto grid max-w-5xl gap-10 pb-16">
      <PageHeading
        title={session.title || words.unknown}
        intro={stateOf(session, words)}
        action={
          <div className="flex flex-wrap gap-3">
            {mayEnd && session.ended_at === null && (
              <Button onClick={() => void end()}>{words.endNow}</Button>
            )}
            <BackLink />
          </div>
        }
      />
      <section aria-labelledby="timeline" className="grid gap-4">
        <h2 id="timeline" className="text-2xl font-bold">
          {words.timeline}
        </h2>
        <SessionTimeline session={session} />
      </section>
      <Figures session={session} />
      <Issues session={session} />
    </div>
  );
}

function stateOf(session: SessionAnalytics, words: ReturnType<typeof useText>["sessions"]): string {
  if (session.ended_by !== null) return words.ends[session.ended_by] ?? session.ended_by;
  return words.states[session.state] ?? session.state;
}

function BackLink() {
  return (
    <Link to="/admin/sessions" className={buttonClass("secondary")}>
      {useText().sessions.back}
    </Link>
  );
}

function Figures({ session }: { session: SessionAnalytics }) {
  const words = useText().sessions;
  const figures: [string, string][] = [
    [words.opened, formatMoment(session.opened_at)],
    [words.ended, session.ended_at === null ? "–" : formatMoment(session.ended_at)],
    [words.device, session.device || words.unknown],
    [words.region, session.region ?? words.unknown],
    [words.network, session.network || words.unknown],
    [
      words.startup,
      session.startup_ms === null ? "–" : `${formatNumber(session.startup_ms / 1000)} s`,
    ],
    [words.rebuffering, `${formatNumber(session.rebuffering_ratio * 100)} %`],
    [words.bitrate, formatBitrate(session.average_bitrate_bps)],
    [words.switches, String(session.switch_count)],
    [
      words.throughput,
      session.throughput_bps === null ? "–" : formatBitrate(session.throughput_bps),
    ],
    [words.frames, `${session.dropped_frames} / ${session.decoded_frames}`],
    [words.errors, [String(session.error_count), session.last_error].filter(Boolean).join(" · ")],
    [words.watched, formatDuration(session.played_ms)],
  ];
  return (
    <section aria-labelledby="figures" className="grid gap-4">
      <h2 id="figures" className="text-2xl font-bold">
        {words.facts}
      </h2>
      <dl className="grid gap-x-8 gap-y-3 sm:grid-cols-2 lg:grid-cols-3">
        {figures.map(([name, value]) => (
          <div key={name} className="border-t border-line pt-3">
            <dt className="text-sm text-muted">{name}</dt>
            <dd className="wrap-anywhere tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Issues({ session }: { session: SessionAnalytics }) {
  const text = useText();
  const words = text.sessions;
  return (
    <section aria-labelledby="issues" className="grid gap-4">
      <h2 id="issues" className="text-2xl font-bold">
        {words.issues}
      </h2>
      {session.issues.length === 0 && <p className="text-muted">{words.noIssues}</p>}
      <ul className="grid gap-4">
        {session.issues.map((issue) => (
          <li key={issue.id} className="grid gap-2 rounded-2xl border border-line bg-surface p-4">
            <p className="font-semibold">{text.watching.report.kinds[issue.kind]}</p>
            {issue.words !== "" && <p className="wrap-anywhere">{issue.words}</p>}
            <p className="text-sm text-muted">{formatMoment(issue.reported_at)}</p>
            <p className="text-sm wrap-anywhere text-muted">
              {Object.entries(issue.facts)
                .map(([name, value]) => `${name} ${String(value)}`)
                .join(" · ")}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
