import { ApiProblem, type Preferences } from "@streamverse/client";
import { webPlatform } from "@streamverse/player";
import { Button, buttonClass, EmptyState, Progress, Spinner } from "@streamverse/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Film, Hourglass } from "lucide-react";
import { useCallback, useRef, useState } from "react";

import { isCode, isStatus, sentenceOf } from "../app/api";
import { formatPercent } from "../app/format";
import { useText } from "../app/i18n";
import { detailsQuery } from "../features/catalog/pages";
import { type Title, titleQuery } from "../features/catalog/queries";
import { useFollowing } from "../features/library/playing-through";
import { useProgressReporter, useResumePoint } from "../features/library/progress";
import { PinGate } from "../features/player/PinGate";
import { isNotYet, pinOpeners, tooManyStreams, useSession } from "../features/player/sessions";
import { TooManyStreams } from "../features/player/TooManyStreams";
import { VideoPlayer } from "../features/player/VideoPlayer";
import { preferencesQuery } from "../features/preferences/queries";
import { useCurrentProfile } from "../features/profiles/queries";

const route = getRouteApi("/member/watch/$id");
// Whoever comes here will play: the engine is fetched beside the questions to the server.
webPlatform.warmUp();
const ASK_AGAIN_MS = 250;
/** After so many titles that came by themselves somebody is asked whether they still watch. */
const LEFT_ALONE = 3;
const ASK_FOR_MORE_MS = 5_000;
const askAgainMs: Partial<Record<Title["state"], number>> = {
  processing: ASK_AGAIN_MS,
  // More renditions are being made of what plays already.
  playable: ASK_FOR_MORE_MS,
};

/** Wait until the title can be played, then ask for it: a refusal would be noise in the console. */
function usePlayback(id: string) {
  const title = useQuery({
    ...titleQuery(id),
    refetchInterval: ({ state }) => (state.data && askAgainMs[state.data.state]) ?? false,
  });
  const isPlayable = title.data?.state === "playable" || title.data?.state === "ready";
  // A title that may not be watched here or now is not shown: why not is told to who would play it.
  const mayAsk = isPlayable || isStatus(title.error, 404);
  return { title, playback: useSession(id, mayAsk) };
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

/** What there is to know around a film: its series, what follows it there or in what is played. */
function useSurroundings(id: string) {
  const inList = useFollowing(route.useSearch().in, id);
  const details = useQuery(detailsQuery(id)).data;
  const series = details?.above.find(({ kind }) => kind === "series");
  const next = details?.next_episode;
  const mayFollow = next?.state === "ready" || next?.state === "playable";
  return {
    partOf: series?.name ?? null,
    next: inList ?? (mayFollow ? next : null),
  };
}

/** Go on with the next title, and know how many have come by themselves since anybody was there. */
function useAttendance(nextId: string | undefined) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const search = route.useSearch();
  const unattended = useRef(0);
  const note = useCallback(() => {
    unattended.current = 0;
  }, []);
  const isSomebodyThere = useCallback(() => unattended.current < LEFT_ALONE, []);
  const onOffered = useCallback(() => {
    if (nextId === undefined) return;
    // Its page waits for nothing then but its session.
    queryClient.query(titleQuery(nextId)).catch(() => undefined);
    queryClient.query(detailsQuery(nextId)).catch(() => undefined);
  }, [nextId, queryClient]);
  const onNext = useCallback(
    (isByItself: boolean) => {
      if (nextId === undefined) return;
      unattended.current = isByItself ? unattended.current + 1 : 0;
      void navigate({ to: "/watch/$id", params: { id: nextId }, search, replace: true });
    },
    [nextId, search, navigate],
  );
  return { note, isSomebodyThere, onOffered, onNext };
}

export function WatchPage() {
  const text = useText();
  const { id } = route.useParams();
  const { title, playback } = usePlayback(id);
  const preferences = useOwnPreferences();
  const resumeSeconds = useResumePoint(id);
  const onProgress = useProgressReporter(id);
  const { session, first, renew, refused } = playback;
  const name = first?.playback.name ?? title.data?.name;
  const around = useSurroundings(id);
  const { note, ...attendance } = useAttendance(around.next?.id);
  const [stage, setStage] = useState<HTMLElement | null>(null);
  return (
    <main
      ref={setStage}
      data-theme="dark"
      className="min-h-dvh bg-stage text-stage-ink"
      onKeyDownCapture={note}
      onPointerDownCapture={note}
    >
      <title>{name === undefined ? text.appName : `${name} · ${text.appName}`}</title>
      {stage !== null &&
      session !== null &&
      first !== undefined &&
      refused === null &&
      preferences !== undefined &&
      resumeSeconds !== undefined ? (
        <VideoPlayer
          key={id}
          {...around}
          {...attendance}
          stage={stage}
          first={first}
          session={session}
          renew={renew}
          end={playback.end}
          preferences={preferences}
          resumeSeconds={resumeSeconds}
          onProgress={onProgress}
          isWhole={title.data?.state === "ready"}
        />
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
  if (title.data?.state === "processing" || (title.data && isNotYet(playback.refused)))
    return <NotYet title={title.data} />;
  const tooMany = tooManyStreams(playback.refused);
  if (tooMany && title.data) {
    return (
      <TooManyStreams
        {...tooMany}
        onEnded={playback.askAgain}
        back={<BackLink id={title.data.id} />}
      />
    );
  }
  const openers = pinOpeners(playback.refused);
  if (openers && title.data) {
    return (
      <PinGate
        titleId={title.data.id}
        name={title.data.name}
        openers={openers}
        onEnter={playback.unlock}
        back={<BackLink id={title.data.id} />}
      />
    );
  }
  if (playback.refused !== null) {
    return <NotGranted error={playback.refused} onRetry={() => void playback.askAgain()} />;
  }
  if (title.isError && !playback.asked.isLoading)
    return <NotGranted error={title.error} onRetry={() => void title.refetch()} />;
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

const ABOUT_PLANS = ["plan_needed", "plan_region", "too_many_devices"];

function isAboutPlan(error: unknown): boolean {
  return ABOUT_PLANS.some((code) => isCode(error, `playback.${code}`));
}

function NotGranted({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const text = useText();
  const refusal = error instanceof ApiProblem ? text.watching.refused[error.code] : undefined;
  const isMissing = isStatus(error, 404) || isStatus(error, 422);
  return (
    <EmptyState
      as="h1"
      icon={<Film aria-hidden size={36} />}
      title={refusal ?? (isMissing ? text.title.notFound : text.player.problems.unreachable.title)}
      action={
        <>
          {!isMissing && (
            <Button variant="primary" onClick={onRetry}>
              {text.common.retry}
            </Button>
          )}
          {isAboutPlan(error) && (
            <Link to="/account/plan" className={buttonClass("secondary")}>
              {text.plans.own.title}
            </Link>
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
