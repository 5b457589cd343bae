import { type Playback, type Preferences, unwrap } from "@streamverse/client";
import { Button, buttonClass, EmptyState, Progress, Spinner } from "@streamverse/ui";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Film, Hourglass } from "lucide-react";
import { useCallback } from "react";

import { api, isStatus, sentenceOf } from "../app/api";
import { formatPercent } from "../app/format";
import { useText } from "../app/i18n";
import { type Title, titleQuery } from "../features/catalog/queries";
import { VideoPlayer } from "../features/player/VideoPlayer";
import { preferencesQuery } from "../features/preferences/queries";
import { useCurrentProfile } from "../features/profiles/queries";

const route = getRouteApi("/member/watch/$id");
const ASK_AGAIN_MS = 500;

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
    refetchInterval: (query) => (isNotYet(query.state.error) ? ASK_AGAIN_MS : false),
  });
}

function isNotYet(error: unknown): boolean {
  return isStatus(error, 409);
}

/** Wait until the title can be played, then ask for it: a refusal would be noise in the console. */
function usePlayback(id: string) {
  const title = useQuery({
    ...titleQuery(id),
    refetchInterval: ({ state }) => (state.data?.state === "processing" ? ASK_AGAIN_MS : false),
  });
  const isPlayable = title.data?.state === "playable" || title.data?.state === "ready";
  const playback = useQuery({ ...playbackQuery(id), enabled: isPlayable });
  return { title, playback };
}

/** How whoever watches likes it; null where nobody can say, undefined until it is known. */
function useOwnPreferences(): Preferences | null | undefined {
  const profile = useCurrentProfile();
  const asked = useQuery({
    ...preferencesQuery(profile?.id ?? ""),
    enabled: profile !== undefined,
  });
  if (profile === undefined || asked.isError) return null;
  return asked.data;
}

export function WatchPage() {
  const text = useText();
  const { id } = route.useParams();
  const { title, playback } = usePlayback(id);
  const preferences = useOwnPreferences();
  const renew = useCallback(() => startPlayback(id), [id]);
  const name = playback.data?.name ?? title.data?.name;
  return (
    <main data-theme="dark" className="min-h-dvh bg-stage text-stage-ink">
      <title>{name === undefined ? text.appName : `${name} · ${text.appName}`}</title>
      {playback.data !== undefined && preferences !== undefined ? (
        <VideoPlayer key={id} playback={playback.data} renew={renew} preferences={preferences} />
      ) : (
        <div className="grid min-h-dvh place-items-center">
          <BeforePlaying title={title} playback={playback} />
        </div>
      )}
    </main>
  );
}

/** What stands where the film will be, or why there will be none. */
function BeforePlaying({ title, playback }: ReturnType<typeof usePlayback>) {
  const text = useText();
  if (title.data?.state === "failed") return <Failed title={title.data} />;
  if (title.data?.state === "processing" || (title.data && isNotYet(playback.error)))
    return <NotYet title={title.data} />;
  const asked = title.isError ? title : playback;
  if (asked.isError) return <NotGranted error={asked.error} onRetry={() => void asked.refetch()} />;
  return (
    <div role="status" aria-label={text.common.loading}>
      <h1 className="sr-only">{text.common.loading}</h1>
      <Spinner className="size-16" />
    </div>
  );
}

function NotYet({ title }: { title: Title }) {
  const text = useText();
  return (
    <EmptyState
      as="h1"
      icon={<Hourglass aria-hidden size={36} />}
      title={title.name}
      action={<BackLink id={title.id} />}
    >
      <p role="status">{text.player.notYetBody}</p>
      <Progress
        label={text.processing.progressOf(title.name)}
        value={title.progress}
        {...(title.progress === null ? {} : { text: formatPercent(title.progress) })}
        className="mt-8"
      />
    </EmptyState>
  );
}

function Failed({ title }: { title: Title }) {
  const text = useText();
  return (
    <EmptyState
      as="h1"
      icon={<Film aria-hidden size={36} />}
      title={title.name}
      action={<BackLink id={title.id} />}
    >
      <p role="alert">{title.problem?.detail ?? text.title.failed}</p>
    </EmptyState>
  );
}

function BackLink({ id }: { id: string }) {
  const text = useText();
  return (
    <Link to="/titles/$id" params={{ id }} className={buttonClass("secondary")}>
      {text.player.back}
    </Link>
  );
}

function NotGranted({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const text = useText();
  const isMissing = isStatus(error, 404) || isStatus(error, 422);
  return (
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
  );
}
