import { type Playback, unwrap } from "@streamverse/client";
import { Button, buttonClass, EmptyState, Progress, Spinner } from "@streamverse/ui";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Film, Hourglass } from "lucide-react";
import { useCallback } from "react";

import { api, isStatus, sentenceOf } from "../app/api";
import { formatPercent } from "../app/format";
import { useText } from "../app/i18n";
import { titleQuery } from "../features/catalog/queries";
import { VideoPlayer } from "../features/player/VideoPlayer";

const route = getRouteApi("/member/watch/$id");
const ASK_AGAIN_MS = 1_000;

function startPlayback(id: string): Promise<Playback> {
  return unwrap(
    api.POST("/api/v1/titles/{title_id}/playback", { params: { path: { title_id: id } } }),
  );
}

/** The first grant; the player asks for later ones itself. */
function playbackQuery(id: string) {
  return queryOptions({
    queryKey: ["playback", id],
    queryFn: () => startPlayback(id),
    staleTime: Infinity,
    gcTime: 0,
    // Not playable yet: it soon will be.
    refetchInterval: (query) => (isStatus(query.state.error, 409) ? ASK_AGAIN_MS : false),
  });
}

export function WatchPage() {
  const text = useText();
  const { id } = route.useParams();
  const playback = useQuery(playbackQuery(id));
  const renew = useCallback(() => startPlayback(id), [id]);
  return (
    <main data-theme="dark" className="min-h-dvh bg-stage text-stage-ink">
      <title>{playback.data ? `${playback.data.name} · ${text.appName}` : text.appName}</title>
      {playback.data !== undefined ? (
        <VideoPlayer key={id} playback={playback.data} renew={renew} />
      ) : playback.isError ? (
        isStatus(playback.error, 409) ? (
          <NotYet id={id} />
        ) : (
          <NotGranted error={playback.error} onRetry={() => void playback.refetch()} />
        )
      ) : (
        <div
          role="status"
          aria-label={text.common.loading}
          className="grid min-h-dvh place-items-center"
        >
          <Spinner className="size-16" />
        </div>
      )}
    </main>
  );
}

function NotYet({ id }: { id: string }) {
  const text = useText();
  const title = useQuery(titleQuery(id));
  const progress = title.data?.progress ?? null;
  return (
    <div className="grid min-h-dvh place-items-center">
      <EmptyState
        as="h1"
        icon={<Hourglass aria-hidden size={36} />}
        title={title.data?.name ?? text.player.notYetTitle}
        action={
          <Link to="/titles/$id" params={{ id }} className={buttonClass("secondary")}>
            {text.player.back}
          </Link>
        }
      >
        <p role="status">{text.player.notYetBody}</p>
        <Progress
          label={text.processing.progressOf(title.data?.name ?? "")}
          value={progress}
          {...(progress === null ? {} : { text: formatPercent(progress) })}
          className="mt-8"
        />
      </EmptyState>
    </div>
  );
}

function NotGranted({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const text = useText();
  const isMissing = isStatus(error, 404) || isStatus(error, 422);
  return (
    <div className="grid min-h-dvh place-items-center">
      <EmptyState
        as="h1"
        icon={<Film aria-hidden size={36} />}
        title={isMissing ? text.title.notFound : text.player.problems.unreachable.title}
        action={
          <>
            {!isMissing && (
              <Button variant="primary" onClick={onRetry}>
                {text.common.retry}
              </Button>
            )}
            <Link to="/" className={buttonClass("secondary")}>
              {text.common.goHome}
            </Link>
          </>
        }
      >
        {isMissing ? text.title.notFoundBody : sentenceOf(error, text)}
      </EmptyState>
    </div>
  );
}
