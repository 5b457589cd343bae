import type { Preferences } from "@streamverse/client";
import {
  clockTime,
  type Marker,
  noPreferences,
  type PageCommand,
  type Player,
  type PlayerState,
  skippableAt,
  type WatchProgress,
} from "@streamverse/player";
import { Button, cx, Spinner } from "@streamverse/ui";
import { Link } from "@tanstack/react-router";
import { ArrowLeft, Headphones, Play } from "lucide-react";
import { type PointerEvent, useCallback, useEffect, useRef, useState } from "react";

import { useText } from "../../app/i18n";
import { cueRule } from "../preferences/subtitle-style";
import { ControlBar } from "./ControlBar";
import { ControlButton } from "./ControlButton";
import { DetailsPanel } from "./DetailsPanel";
import { EndedScreen } from "./EndedScreen";
import { HelpDialog } from "./HelpDialog";
import { NextTitle, type NextUp } from "./NextTitle";
import { ProblemScreen } from "./ProblemScreen";
import { ReportProblem } from "./ReportProblem";
import { SkipButton } from "./SkipButton";
import { SubtitleLayer } from "./SubtitleLayer";
import type { OpenSession } from "./sessions";
import { useIdle } from "./use-idle";
import { isRemote } from "../../app/arrows";
import { Taps } from "./taps";
import { useKeyboard, wordForSkip } from "./use-keyboard";
import { usePlayer, usePlayerState } from "./use-player";
import { useTelling } from "./use-telling";
import { useThumbnails } from "./use-thumbnails";
import { viewerPreferences } from "./viewer-preferences";

const WORD_SHOWN_MS = 900;
const RESUME_NOTE_MS = 7_000;

export interface VideoPlayerProps {
  /** The session that it begins with, and the one that goes on when addresses are renewed. */
  first: OpenSession;
  session: OpenSession;
  /** What fills the screen in full-screen mode; it stays there from one title to the next. */
  stage: HTMLElement;
  /** What the title belongs to, such as a series. */
  partOf: string | null;
  /** What follows; null if nothing does. */
  next: NextUp | null;
  isSomebodyThere: () => boolean;
  onOffered: () => void;
  onNext: (isByItself: boolean) => void;
  /** Get a fresh grant for the same title. */
  renew: () => Promise<OpenSession>;
  /** Whether somebody else has ended the session, and how to go on after that. */
  end: { isEnded: boolean; getOverEnd: () => void };
  /** How whoever watches likes it; null if that is not known. */
  preferences: Preferences | null;
  /** Where it goes on. */
  resumeSeconds: number;
  onProgress: (progress: WatchProgress) => void;
  /** Whether it has everything by now that it lacked when it was granted. */
  isWhole: boolean;
}

/** The player with its face: it fills the window, or the screen. */
export function VideoPlayer(props: VideoPlayerProps) {
  const { first, session, stage, renew, preferences, resumeSeconds, onProgress, isWhole } = props;
  const { partOf, next, onNext } = props;
  const { playback } = first;
  const markers = session.stretches;
  const text = useText();
  const video = useRef<HTMLVideoElement>(null);
  // What is changed meanwhile, on another screen, counts from the next film on.
  const [liked] = useState(() =>
    preferences === null ? noPreferences : viewerPreferences(preferences),
  );
  const [startSeconds] = useState(resumeSeconds);
  const player = usePlayer(video, stage, {
    session: first,
    renew,
    preferences: liked,
    startSeconds,
    onProgress,
    isWhole,
  });
  const state = usePlayerState(player);
  const telling = useTelling(player, session);
  const isEnded = props.end.isEnded || telling.endedBy !== null;
  useEffect(() => {
    if (isEnded) player?.pause();
  }, [player, isEnded]);
  const thumbnails = useThumbnails(playback.thumbnails_url);
  const idleness = useIdle();
  const [isMenuOpen, setIsMenuOpen] = useState(false);
  const [isHelpOpen, setIsHelpOpen] = useState(false);
  const [areDetailsOpen, setAreDetailsOpen] = useState(false);
  const [word, say] = useShortWord();

  const onHelp = useCallback(() => setIsHelpOpen(true), []);
  const { wake } = idleness;
  const onUsed = useCallback(
    (said: string | null) => {
      wake();
      if (said !== null) say(said);
    },
    [wake, say],
  );
  const onDetails = useCallback(() => setAreDetailsOpen((isOpen) => !isOpen), []);
  const onPage = useCallback(
    (command: PageCommand["do"]) => {
      if (command === "help") onHelp();
      else if (command === "details") onDetails();
      else if (command === "skip-marker") skipMarker(player, markers);
      else if (next !== null) onNext(false);
    },
    [player, markers, next, onNext, onHelp, onDetails],
  );
  useKeyboard({ player, onPage, onUsed });
  useEffect(
    () => player?.announce({ name: playback.name, by: partOf, pictureUrl: playback.poster_url }),
    [player, playback.name, playback.poster_url, partOf],
  );

  const areControlsAway = idleness.isIdle && !state.isPaused && !isMenuOpen && !isHelpOpen;
  useEffect(() => {
    // What cannot be seen is not pressed by OK, which pauses then.
    const at = document.activeElement;
    if (areControlsAway && isRemote() && at instanceof HTMLElement && at.closest("[data-controls]"))
      at.blur();
  }, [areControlsAway]);
  const [taps] = useState(() => new Taps());
  const isMouse = useRef(true);
  const press = (event: PointerEvent) => {
    if (event.button !== 0) return;
    isMouse.current = event.pointerType === "mouse";
    if (isMouse.current) {
      void player?.togglePlay();
      return;
    }
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const seconds = taps.take((event.clientX - left) / width, event.timeStamp);
    if (seconds !== null) {
      player?.obey({ do: "skip", seconds });
      say(wordForSkip(seconds));
    } else if (areControlsAway) idleness.wake();
    else idleness.sleep();
  };
  return (
    <div
      data-fills-window
      data-arrows="own"
      role="region"
      aria-label={text.player.label(playback.name)}
      className={cx(
        "fixed inset-0 overflow-hidden bg-stage text-stage-ink select-none",
        areControlsAway && "cursor-none",
      )}
      onPointerMove={(event) => event.pointerType === "mouse" && wake()}
      onFocus={wake}
    >
      {preferences !== null && <style>{cueRule(preferences.subtitle_appearance)}</style>}
      <video
        ref={video}
        playsInline
        {...(playback.poster_url === null ? {} : { poster: playback.poster_url })}
        className="styled-subtitles size-full object-contain"
        onPointerUp={press}
        onDoubleClick={() => isMouse.current && void player?.toggleFullscreen()}
      />
      {player !== null && state.status === "ready" && (
        <SubtitleLayer
          player={player}
          state={state}
          appearance={preferences?.subtitle_appearance ?? null}
          isRaised={!areControlsAway}
        />
      )}
      <Middle player={player} state={state} isAway={areControlsAway} word={word} />
      <div
        data-controls
        className={cx(
          "pointer-events-none absolute inset-0 flex flex-col justify-between transition-opacity duration-300",
          areControlsAway && "opacity-0",
        )}
      >
        <div className="bg-linear-to-b from-black/70 to-transparent px-2 pt-2 pb-12 sm:px-5 sm:pt-4">
          <div className={cx("flex items-center gap-2", !areControlsAway && "pointer-events-auto")}>
            <Link
              to="/titles/$id"
              params={{ id: playback.title_id }}
              aria-label={text.player.back}
              data-leaves
              className="grid size-12 shrink-0 place-items-center rounded-full text-white hover:bg-white/15"
            >
              <ArrowLeft aria-hidden className="rtl:-scale-x-100" />
            </Link>
            <div className="min-w-0">
              <h1 className="truncate text-lg font-bold sm:text-xl">{playback.name}</h1>
              {playback.credit && (
                <p className="truncate text-sm text-white/80">{playback.credit}</p>
              )}
            </div>
            {state.isSoundOnly && (
              <span className="ms-auto flex shrink-0 items-center gap-2 rounded-full bg-black/60 px-4 py-2 text-sm font-semibold">
                <Headphones aria-hidden size={18} />
                {text.player.soundOnly}
              </span>
            )}
          </div>
        </div>
        {player !== null && state.status === "ready" && (
          <div className="bg-linear-to-t from-black/85 via-black/55 to-transparent px-3 pt-14 pb-[max(0.5rem,env(safe-area-inset-bottom))] sm:px-6 sm:pb-4">
            <div className={areControlsAway ? "" : "pointer-events-auto"}>
              <ResumeNote player={player} />
              <ControlBar
                player={player}
                state={state}
                thumbnails={thumbnails}
                markers={markers}
                container={stage}
                onMenu={setIsMenuOpen}
                onHelp={onHelp}
                onDetails={onDetails}
                next={next}
                onNext={() => onNext(false)}
              />
            </div>
          </div>
        )}
      </div>
      {player !== null && state.status === "ready" && (
        <div className="pointer-events-none absolute inset-x-3 bottom-28 sm:inset-x-6">
          <SkipButton
            player={player}
            state={state}
            markers={markers}
            areControlsAway={areControlsAway}
          />
          {next !== null && (
            <NextTitle
              player={player}
              state={state}
              markers={markers}
              next={next}
              isAutomatic={preferences?.playback.is_next_autoplayed ?? true}
              isSomebodyThere={props.isSomebodyThere}
              onOffered={props.onOffered}
              onNext={onNext}
            />
          )}
        </div>
      )}
      {player !== null && areDetailsOpen && (
        <DetailsPanel
          player={player}
          titleId={playback.title_id}
          sessionId={session.session_id}
          onClose={() => setAreDetailsOpen(false)}
        />
      )}
      {player !== null && state.problem !== null && !isEnded && (
        <ProblemScreen
          titleId={playback.title_id}
          problem={state.problem}
          onRetry={() => void player.retry()}
        >
          <ReportProblem player={player} sessionId={session.session_id} size="lg" />
        </ProblemScreen>
      )}
      {player !== null && isEnded && (
        <EndedScreen
          onAgain={() => {
            props.end.getOverEnd();
            telling.forget();
            void player.retry();
          }}
        />
      )}
      <HelpDialog isOpen={isHelpOpen} onClose={() => setIsHelpOpen(false)} container={stage} />
    </div>
  );
}

function skipMarker(player: Player | null, markers: readonly Marker[]): void {
  if (player === null) return;
  const { positionSeconds, durationSeconds } = player.store.get();
  const marker = skippableAt(markers, positionSeconds, durationSeconds);
  if (marker !== null) player.seek(marker.endSeconds);
}

/** A mouse plays and pauses; a finger shows the controls or puts them away. */
interface MiddleProps {
  player: Player | null;
  state: PlayerState;
  isAway: boolean;
  word: string | null;
}

/** What is waited for; where it is the line, one may try it at once. */
function WaitingFor({ player, state }: Pick<MiddleProps, "player" | "state">) {
  const { player: words } = useText();
  if (state.isLineLost)
    return (
      <div className="pointer-events-auto grid max-w-md justify-items-center gap-3 rounded-2xl bg-black/70 px-6 py-4 text-center">
        <p>{words.lineLost}</p>
        <Button onClick={() => player?.tryNow()}>{words.tryNow}</Button>
      </div>
    );
  const isAtEdge = state.isGrowing && state.playableSeconds - state.positionSeconds < 1.5;
  if (isAtEdge && state.status === "ready")
    return <span className="rounded-full bg-black/60 px-4 py-2">{words.waitingForMore}</span>;
  return <span className="sr-only">{words.buffering}</span>;
}

/** What stands in the middle of the picture: waiting, a big button, or a word about a key. */
function Middle({ player, state, isAway, word }: MiddleProps) {
  const text = useText();
  const isWaiting = state.isWaiting || state.status === "loading";
  return (
    <div className="pointer-events-none absolute inset-0 grid place-items-center">
      {isWaiting && (
        <div role="status" className="grid justify-items-center gap-4">
          <Spinner className="size-16 text-white/90" />
          <WaitingFor player={player} state={state} />
        </div>
      )}
      {!isWaiting && state.isPaused && !state.isEnded && !isAway && state.status === "ready" && (
        <ControlButton
          label={text.player.play}
          className="pointer-events-auto size-20! bg-accent! text-accent-ink! shadow-float hover:bg-accent-hover!"
          onClick={() => void player?.play()}
        >
          <Play aria-hidden size={36} fill="currentColor" className="ms-1" />
        </ControlButton>
      )}
      {word !== null && (
        <span
          role="status"
          className="absolute top-[16%] rounded-full bg-black/70 px-5 py-2 text-xl font-bold tabular-nums"
        >
          {word}
        </span>
      )}
    </div>
  );
}

/** Says that the film goes on where it was left, and offers its beginning. */
function ResumeNote({ player }: { player: Player }) {
  const text = useText();
  const [resumedAt] = useState(() => player.store.get().positionSeconds);
  // What is loaded anew while it is watched is no news.
  const [isShown, setIsShown] = useState(
    () => resumedAt > 1 && player.store.get().startUpMs === null,
  );
  useEffect(() => {
    const timer = window.setTimeout(() => setIsShown(false), RESUME_NOTE_MS);
    return () => window.clearTimeout(timer);
  }, []);
  if (!isShown) return null;
  return (
    <div className="mb-3 inline-flex items-center gap-3 rounded-full bg-black/75 py-1 ps-5 pe-1">
      {text.player.resumed(clockTime(resumedAt))}
      <Button
        size="sm"
        onClick={() => {
          player.seek(0);
          setIsShown(false);
        }}
      >
        {text.player.fromStart}
      </Button>
    </div>
  );
}

function useShortWord(): [string | null, (word: string) => void] {
  const [word, setWord] = useState<string | null>(null);
  const timer = useRef<number>(undefined);
  const say = useCallback((said: string) => {
    setWord(said);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setWord(null), WORD_SHOWN_MS);
  }, []);
  return [word, say];
}
