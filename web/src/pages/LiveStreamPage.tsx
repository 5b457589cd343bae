import { buttonClass, Notice, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useCallback } from "react";

import { sentenceOf } from "../app/api";
import { useText } from "../app/i18n";
import { BeforeStart } from "../features/live/BeforeStart";
import { LiveBadge } from "../features/live/LiveBadge";
import { LiveStage } from "../features/live/LiveStage";
import { liveSessionQuery, streamQuery } from "../features/live/queries";
import { Restreams } from "../features/live/Restreams";
import { SourceState } from "../features/live/SourceState";
import { ViewerCount } from "../features/live/ViewerCount";
import { tooManyStreams } from "../features/player/sessions";
import { TooManyStreams } from "../features/player/TooManyStreams";
import { ProblemNotice } from "../features/ProblemNotice";
import { Recordings } from "../features/recordings/Recordings";
import { StreamActions } from "../features/recordings/StreamActions";
import { useMay } from "../features/staff/queries";

const route = getRouteApi("/member/layout/live/$id");

/** A stream: what goes out on it, or that nothing does yet. */
export function LiveStreamPage() {
  const text = useText();
  const { id } = route.useParams();
  const query = useQuery(streamQuery(id));
  const stream = query.data;
  const maySend = useMay("live.manage") === true;
  const asked = useQuery(liveSessionQuery(id, stream?.live_since ?? null));
  const session = asked.isError ? undefined : asked.data;
  const { refetch } = asked;
  const reopen = useCallback(() => void refetch(), [refetch]);
  const tooMany = tooManyStreams(asked.error);
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
          {tooMany !== null && (
            <TooManyStreams {...tooMany} as="h2" onEnded={refetch} back={<BackLink />} />
          )}
          {tooMany === null && session === undefined && (
            <BeforeStart stream={stream} problem={asked.error} />
          )}
          {session !== undefined && (
            <LiveStage
              key={session.session_id}
              stream={stream}
              addresses={{
                hlsUrl: session.playback.hls_url,
                whepUrl: session.playback.whep_url,
                licenseUrl: session.playback.license_url,
              }}
              session={session}
              onReopen={reopen}
            />
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
            {maySend && typeof session?.playback.whep_refusal === "string" && (
              <Notice>{session.playback.whep_refusal}</Notice>
            )}
            <div className="flex flex-wrap items-center gap-2">
              {maySend && (
                <Link to="/live/$id/health" params={{ id }} className={buttonClass("quiet", "sm")}>
                  {text.liveDesk.health}
                </Link>
              )}
              <StreamActions stream={stream} />
              {tooMany === null && <BackLink />}
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

function BackLink() {
  const { live } = useText();
  return (
    <Link to="/live" className={buttonClass("quiet", "sm")}>
      {live.back}
    </Link>
  );
}
