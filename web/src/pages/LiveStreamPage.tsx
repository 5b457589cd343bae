import { buttonClass, Notice, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";

import { sentenceOf } from "../app/api";
import { useText } from "../app/i18n";
import { BeforeStart } from "../features/live/BeforeStart";
import { LiveBadge } from "../features/live/LiveBadge";
import { LiveStage } from "../features/live/LiveStage";
import { livePlaybackQuery, streamQuery } from "../features/live/queries";
import { Restreams } from "../features/live/Restreams";
import { Slate } from "../features/live/Slate";
import { SourceState } from "../features/live/SourceState";
import { ViewerCount } from "../features/live/ViewerCount";
import { ProblemNotice } from "../features/ProblemNotice";
import { Recordings } from "../features/recordings/Recordings";
import { StreamActions } from "../features/recordings/StreamActions";
import { useMay } from "../features/staff/queries";

const route = getRouteApi("/member/layout/live/$id");

/** A stream: what goes out on it, or that nothing does yet. */
export function LiveStreamPage() {
  const text = useText();
  const { live } = text;
  const { id } = route.useParams();
  const query = useQuery(streamQuery(id));
  const stream = query.data;
  const maySend = useMay("live.manage") === true;
  const playback = useQuery(livePlaybackQuery(id, stream?.live_since ?? null));
  return (
    <div className="gutter mx-auto grid max-w-6xl gap-5 pt-4 pb-12">
      <title>{stream === undefined ? text.appName : `${stream.name} · ${text.appName}`}</title>
      {query.isPending && <Skeleton className="aspect-video" />}
      {query.isError && (
        <ProblemNotice
          sentence={sentenceOf(query.error, text)}
          onRetry={() => void query.refetch()}
        />
      )}
      {stream !== undefined && (
        <>
          {playback.data === undefined ? (
            <BeforeStart stream={stream} problem={playback.error} />
          ) : (
            <div className="relative">
              <LiveStage
                key={playback.data.hls_url}
                name={stream.name}
                addresses={{ hlsUrl: playback.data.hls_url, whepUrl: playback.data.whep_url }}
              />
              {stream.state === "away" && <Slate />}
            </div>
          )}
          <div className="flex flex-wrap items-start justify-between gap-4">
            <div className="grid gap-2">
              <h1 className="flex flex-wrap items-center gap-3 text-3xl font-bold wrap-anywhere">
                {stream.name}
                {stream.live_since !== null && (
                  <>
                    <LiveBadge />
                    <ViewerCount count={stream.viewers} />
                  </>
                )}
              </h1>
              {stream.description !== "" && (
                <p className="max-w-prose whitespace-pre-line text-muted">{stream.description}</p>
              )}
            </div>
            {maySend && typeof playback.data?.whep_refusal === "string" && (
              <Notice>{playback.data.whep_refusal}</Notice>
            )}
            <div className="flex flex-wrap items-center gap-2">
              {maySend && (
                <Link to="/live/$id/health" params={{ id }} className={buttonClass("quiet", "sm")}>
                  {text.liveDesk.health}
                </Link>
              )}
              <StreamActions stream={stream} />
              <Link to="/live" className={buttonClass("quiet", "sm")}>
                {live.back}
              </Link>
            </div>
          </div>
          {maySend && <Restreams streamId={stream.id} />}
          {maySend && <SourceState streamId={stream.id} />}
          <Recordings streamId={stream.id} />
        </>
      )}
    </div>
  );
}
