import type { LiveStream } from "@streamverse/client";
import {
  clockTime,
  LIVE_WITHIN_SECONDS,
  type LiveAddresses,
  type LiveMode,
  type LivePlayer,
  type LiveState,
} from "@streamverse/player";
import { cx, EmptyState, Spinner } from "@streamverse/ui";
import { Maximize, Minimize, Pause, Play, Radio, Volume2, VolumeX } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";

import { useText } from "../../app/i18n";
import { ControlButton } from "../player/ControlButton";
import { EndedScreen } from "../player/EndedScreen";
import { LatencyMenu, useLatencyMode } from "./LatencyMenu";
import type { OpenLiveSession } from "./queries";
import { QualityMenu } from "./QualityMenu";
import { Slate } from "./Slate";
import { useLiveKeys } from "./use-live-keys";
import { type Fullscreen, useFullscreen, useLivePlayer, useLiveState } from "./use-live-player";
import { useLiveSession } from "./use-live-session";

const NOTE_SHOWN_MS = 10_000;

export interface LiveStageProps {
  stream: LiveStream;
  addresses: LiveAddresses;
  /** The session that it is watched in, and how another one is opened. */
  session: OpenLiveSession;
  onReopen: () => void;
}

/** A stream with its controls: no more than what one does with something that happens now. */
export function LiveStage({ stream, addresses, session, onReopen }: LiveStageProps) {
  const { live, player: words } = useText();
  const video = useRef<HTMLVideoElement>(null);
  const [stage, setStage] = useState<HTMLElement | null>(null);
  const [mode, rememberMode] = useLatencyMode();
  const player = useLivePlayer(video, addresses, mode, session.serverAheadMs);
  const state = useLiveState(player);
  const fate = useLiveSession(player, state, session, onReopen);
  const fullscreen = useFullscreen(stage, video);
  useLiveKeys({ player, stage, toggleFullscreen: fullscreen.toggle });
  // What was given up for another way may be wanted again.
  const chooseMode = (chosen: LiveMode) =>
    chosen === mode ? void player?.follow(chosen) : rememberMode(chosen);
  if (fate === "open" && state.status === "failed" && state.problem !== null) {
    const { title, body } = words.problems[state.problem.kind];
    return <Instead title={title} body={body} />;
  }
  if (state.status === "ended") return <Instead title={live.over} body={live.overBody} />;
  return (
    <section
      ref={setStage}
      data-theme="dark"
      data-arrows="own"
      aria-label={live.label(stream.name)}
      className="relative grid overflow-hidden rounded-card bg-stage text-stage-ink"
    >
      <video
        ref={video}
        playsInline
        className="aspect-video w-full object-contain"
        onClick={() => player?.togglePlay()}
      />
      <Interruption stream={stream} state={state} />
      <FallenBack state={state} />
      {fate === "ended" && <EndedScreen onAgain={onReopen} />}
      {player !== null && fate === "open" && (
        <Controls player={player} state={state} fullscreen={fullscreen}>
          <QualityMenu {...{ player, state }} container={stage} />
          <LatencyMenu
            {...{ state, chooseMode }}
            hasLowest={addresses.whepUrl !== null}
            container={stage}
          />
        </Controls>
      )}
    </section>
  );
}

/** What is shown while there is no picture: whose fault that is, or that it will come. */
function Interruption({ stream, state }: { stream: LiveStream; state: LiveState }) {
  const { live, liveDesk } = useText();
  if (state.isReturning) {
    return <Slate picture={stream.slate} title={live.returning} body={live.returningBody} />;
  }
  // Whoever has gone back has more to see until it waits.
  if (stream.state === "away" && state.isWaiting) {
    return <Slate picture={stream.slate} title={liveDesk.awayTitle} body={liveDesk.awayBody} />;
  }
  if (!state.isWaiting || state.isPaused) return null;
  return (
    <div className="pointer-events-none absolute inset-0 grid place-items-center">
      <Spinner className="size-14" />
    </div>
  );
}

/** Says for a while that the lowest delay was given up. */
function FallenBack({ state: { hasFallenBack } }: { state: LiveState }) {
  const { live } = useText();
  const [isOld, setIsOld] = useState(false);
  useEffect(() => {
    if (!hasFallenBack) return undefined;
    const ending = setTimeout(() => setIsOld(true), NOTE_SHOWN_MS);
    return () => {
      clearTimeout(ending);
      setIsOld(false);
    };
  }, [hasFallenBack]);
  return (
    <div
      role="status"
      className="pointer-events-none absolute inset-x-3 top-3 grid justify-items-center sm:top-5"
    >
      {hasFallenBack && !isOld && (
        <p className="rounded-2xl bg-black/75 px-4 py-2 text-center text-sm font-semibold text-white">
          {live.fellBack}
        </p>
      )}
    </div>
  );
}

interface ControlsProps {
  player: LivePlayer;
  state: LiveState;
  fullscreen: Fullscreen;
  children?: ReactNode;
}

function Controls({ player, state, fullscreen, children }: ControlsProps) {
  const { live } = useText();
  const isLive = state.behindSeconds < LIVE_WITHIN_SECONDS && !state.isPaused;
  const rewind = Math.floor(state.rewindSeconds);
  const behind = Math.min(rewind, Math.round(state.behindSeconds));
  return (
    <div className="absolute inset-x-0 bottom-0 grid gap-1 bg-linear-to-t from-black/80 to-transparent px-3 pt-10 pb-2 sm:px-5">
      {/* By WebRTC there is nothing to go back to. */}
      {state.mode !== "lowest" && (
        <input
          type="range"
          aria-label={live.rewind}
          aria-valuetext={isLive ? live.isLive : live.behind(clockTime(behind))}
          min={-rewind}
          max={0}
          step={1}
          value={isLive ? 0 : -behind}
          onChange={(event) => player.seekBehind(-event.currentTarget.valueAsNumber)}
          className="h-6 w-full cursor-pointer accent-live"
        />
      )}
      <div className="flex items-center justify-between gap-2">
        <div className="flex items-center gap-1">
          <ControlButton
            label={state.isPaused ? live.play : live.pause}
            keys="k"
            onClick={() => player.togglePlay()}
          >
            {state.isPaused ? (
              <Play aria-hidden fill="currentColor" />
            ) : (
              <Pause aria-hidden fill="currentColor" />
            )}
          </ControlButton>
          <ControlButton
            label={state.isMuted ? live.unmute : live.mute}
            keys="m"
            onClick={() => player.toggleMute()}
          >
            {state.isMuted ? <VolumeX aria-hidden /> : <Volume2 aria-hidden />}
          </ControlButton>
          <button
            type="button"
            disabled={isLive}
            onClick={() => player.goLive()}
            className={cx(
              "ms-1 flex min-h-11 items-center gap-2 rounded-full px-4 font-semibold",
              isLive ? "text-white" : "bg-white/15 hover:bg-white/25",
            )}
          >
            <span
              aria-hidden
              className={cx("size-2.5 rounded-full", isLive ? "bg-live" : "bg-white/60")}
            />
            {isLive ? live.badge : live.goLive}
          </button>
        </div>
        <div className="flex items-center gap-2 text-sm text-white/85 tabular-nums">
          {!isLive && behind > 0 && <span>{live.behind(clockTime(behind))}</span>}
          {isLive && !state.isWaiting && state.latencySeconds !== null && (
            <span data-testid="latency" className="whitespace-nowrap max-sm:hidden">
              {live.latency(state.latencySeconds.toFixed(1))}
            </span>
          )}
          {children}
          <FullscreenButton fullscreen={fullscreen} />
        </div>
      </div>
    </div>
  );
}

function FullscreenButton({ fullscreen: { isFull, toggle } }: Pick<ControlsProps, "fullscreen">) {
  const { live } = useText();
  return (
    <ControlButton label={live.fullscreen} keys="f" aria-pressed={isFull} onClick={toggle}>
      {isFull ? <Minimize aria-hidden /> : <Maximize aria-hidden />}
    </ControlButton>
  );
}

function Instead({ title, body }: { title: string; body: string }) {
  return (
    <div className="grid aspect-video place-items-center rounded-card bg-raised">
      <EmptyState icon={<Radio aria-hidden size={36} />} title={title}>
        <p role="status">{body}</p>
      </EmptyState>
    </div>
  );
}
