import type { LiveHealth } from "@streamverse/client";
import { buttonClass, Notice, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";

import { sentenceOf } from "../app/api";
import { formatBitrate, formatMoment, formatNumber } from "../app/format";
import { useText } from "../app/i18n";
import { healthQuery } from "../features/live/desk-queries";
import { LiveBadge } from "../features/live/LiveBadge";
import { LiveChart } from "../features/live/LiveChart";
import { streamQuery } from "../features/live/queries";
import { SourceState } from "../features/live/SourceState";
import { ViewerCount } from "../features/live/ViewerCount";
import { PageHeading } from "../features/PageHeading";
import { ProblemNotice } from "../features/ProblemNotice";

const route = getRouteApi("/member/layout/live/$id/health");

/** How a stream comes in, and what to mend. */
export function LiveHealthPage() {
  const text = useText();
  const { liveDesk: words } = text;
  const { id } = route.useParams();
  const { data: stream } = useQuery(streamQuery(id));
  const health = useQuery(healthQuery(id));
  const isLive = stream !== undefined && stream.live_since !== null;
  return (
    <div className="gutter mx-auto grid max-w-6xl gap-8 pb-12">
      <PageHeading
        title={words.healthOf(stream?.name ?? "…")}
        intro={words.healthIntro}
        action={
          <Link to="/live/$id" params={{ id }} className={buttonClass("quiet", "sm")}>
            {words.backToStream}
          </Link>
        }
      />
      {isLive && (
        <p className="-mt-6 flex items-center gap-4">
          <LiveBadge />
          <ViewerCount count={stream.viewers} />
        </p>
      )}
      <SourceState streamId={id} />
      {health.isPending && <Skeleton className="h-64" />}
      {health.isError && (
        <ProblemNotice
          sentence={sentenceOf(health.error, text)}
          onRetry={() => void health.refetch()}
        />
      )}
      {health.data !== undefined && (
        <>
          <OnAir health={health.data} />
          <Warnings warnings={health.data.warnings} isLive={isLive} />
          <Incidents incidents={health.data.incidents} />
          <Charts moments={health.data.moments} />
          <Broadcasts broadcasts={health.data.broadcasts} />
        </>
      )}
    </div>
  );
}

function Warnings({ warnings, isLive }: Pick<LiveHealth, "warnings"> & { isLive: boolean }) {
  const { liveDesk: words } = useText();
  if (warnings.length === 0) {
    return <Notice>{isLive ? words.noWarnings : words.healthIdle}</Notice>;
  }
  return (
    <section aria-label={words.warnings}>
      <ul className="grid gap-3">
        {warnings.map(({ code, sentence, is_grave }) => (
          <li key={code}>
            <Notice tone={is_grave ? "danger" : "info"}>{sentence}</Notice>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Why encoders send no more, or were not let in. */
function Incidents({ incidents }: Pick<LiveHealth, "incidents">) {
  const { liveDesk: words } = useText();
  if (incidents.length === 0) return null;
  return (
    <section aria-labelledby="incidents" className="grid gap-3">
      <h2 id="incidents" className="text-2xl font-bold">
        {words.incidents}
      </h2>
      <ul className="divide-y divide-line rounded-2xl border border-line bg-surface px-4">
        {incidents.map(({ at, encoder, sentence, is_refusal }) => (
          <li key={`${at} ${sentence}`} className="grid gap-1 py-3 sm:flex sm:gap-4">
            <time dateTime={at} className="shrink-0 text-muted tabular-nums">
              {formatMoment(at)}
            </time>
            <span>
              {encoder === "backup" && <b>{words.ofBackup} </b>}
              {is_refusal && <b>{words.notLetIn} </b>}
              {sentence}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Which of two encoders is on air, where there are two or the backup is alone. */
function OnAir({ health }: { health: LiveHealth }) {
  const { restreams: words } = useText();
  const { on_air, connected } = health;
  if (on_air === null || !connected.includes("backup")) return null;
  const others = connected.filter((source) => source !== on_air);
  return (
    <Notice tone={on_air === "backup" ? "danger" : "info"}>
      {[words.onAir[on_air], ...others.map((source) => words.standsBy[source])].join(" ")}
    </Notice>
  );
}

type Moment = LiveHealth["moments"][number];

function Charts({ moments }: Pick<LiveHealth, "moments">) {
  const { liveDesk: words } = useText();
  const over = (measure: (moment: Moment) => number | null) =>
    moments.map((moment) => [Date.parse(moment.at), measure(moment)] as const);
  const inSeconds = (ms: number | null) => (ms === null ? null : ms / 1000);
  const seconds = (value: number) => words.seconds(value.toFixed(2));
  return (
    <section aria-label={words.charts} className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
      <LiveChart
        title={words.bitrate}
        format={formatBitrate}
        points={over((moment) => moment.video_bps + moment.audio_bps)}
      />
      <LiveChart
        title={words.frameRate}
        format={(value) => words.framesPerSecond(value.toFixed(1))}
        points={over((moment) => moment.frame_rate)}
      />
      <LiveChart
        title={words.dropped}
        format={formatNumber}
        points={over((moment) => moment.dropped)}
      />
      <LiveChart
        title={words.keyframes}
        format={seconds}
        points={over((moment) => moment.keyframe_s)}
      />
      <LiveChart
        title={words.audioLevel}
        format={(value) => words.decibels(value.toFixed(1))}
        points={over((moment) => moment.level_db)}
      />
      <LiveChart
        title={words.watching}
        format={formatNumber}
        points={over((moment) => moment.viewers)}
      />
      <LiveChart
        title={words.late}
        format={seconds}
        points={over((moment) => inSeconds(moment.late_ms))}
      />
      <LiveChart
        title={words.offset}
        format={seconds}
        points={over((moment) => inSeconds(moment.offset_ms))}
      />
    </section>
  );
}

function Broadcasts({ broadcasts }: Pick<LiveHealth, "broadcasts">) {
  const { liveDesk: words } = useText();
  if (broadcasts.length === 0) return null;
  const { started, ended, peak, watched, running, minutes } = words.broadcast;
  return (
    <section aria-labelledby="broadcasts" className="grid gap-3">
      <h2 id="broadcasts" className="text-2xl font-bold">
        {words.broadcasts}
      </h2>
      <div
        className="relative overflow-x-auto"
        tabIndex={0}
        role="group"
        aria-label={words.broadcasts}
      >
        <table className="w-full min-w-xl text-start tabular-nums">
          <thead className="text-sm text-muted">
            <tr>
              {[started, ended, peak, watched].map((name) => (
                <th key={name} scope="col" className="py-2 pe-4 text-start font-semibold">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {broadcasts.map((broadcast) => (
              <tr key={broadcast.id} className="border-t border-line">
                <td className="py-2 pe-4">{formatMoment(broadcast.started_at)}</td>
                <td className="py-2 pe-4">
                  {broadcast.ended_at === null ? running : formatMoment(broadcast.ended_at)}
                </td>
                <td className="py-2 pe-4">{formatNumber(broadcast.peak_viewers)}</td>
                <td className="py-2">{minutes(formatNumber(broadcast.watched_minutes))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
