import {
  clockTime,
  initialLiveState,
  LIVE_WITHIN_SECONDS,
  type LiveAddresses,
  type LiveMode,
  LivePlayer,
  type LiveState,
  webPlatform,
} from "@streamverse/player";
import { cx, EmptyState, Spinner } from "@streamverse/ui";
import { Maximize, Minimize, Pause, Play, Radio, Volume2, VolumeX } from "lucide-react";
import {
  type ReactNode,
  type RefObject,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";

import { useText } from "../../app/i18n";
import { ControlButton } from "../player/ControlButton";
import { LatencyMenu, useLatencyMode } from "./LatencyMenu";

/** A stream with its controls: no more than what one does with something that happens now. */
export function LiveStage({ name, addresses }: { name: string; addresses: LiveAddresses }) {
  const { live, player: words } = useText();
  const video = useRef<HTMLVideoElement>(null);
  const [stage, setStage] = useState<HTMLElement | null>(null);
  const [mode, chooseMode] = useLatencyMode();
  const player = useLivePlayer(video, addresses, mode);
  const state = useLiveState(player);
  if (state.status === "failed" && state.problem !== null) {
    const { title, body } = words.problems[state.problem.kind];
    return <Instead title={title} body={body} />;
  }
  if (state.status === "ended") return <Instead title={live.over} body={live.overBody} />;
  return (
    <section
      ref={setStage}
      data-theme="dark"
      aria-label={live.label(name)}
      className="relative grid overflow-hidden rounded-card bg-stage text-stage-ink"
    >
      <video
        ref={video}
        playsInline
        className="aspect-video w-full object-contain"
        onClick={() => player?.togglePlay()}
      />
      {state.isWaiting && !state.isPaused && (
        <div className="pointer-events-none absolute inset-0 grid place-items-center">
          <Spinner className="size-14" />
        </div>
      )}
      {player !== null && (
        <Controls player={player} state={state} stage={stage} video={video}>
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

interface ControlsProps {
  player: LivePlayer;
  state: LiveState;
  stage: HTMLElement | null;
  video: RefObject<HTMLVideoElement | null>;
  children?: ReactNode;
}

function Controls({ player, state, stage, video, children }: ControlsProps) {
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
          {isLive && state.latencySeconds !== null && (
            <span data-testid="latency">{live.latency(state.latencySeconds.toFixed(1))}</span>
          )}
          {children}
          <FullscreenButton stage={stage} video={video} />
        </div>
      </div>
    </div>
  );
}

function FullscreenButton({ stage, video }: Pick<ControlsProps, "stage" | "video">) {
  const { live } = useText();
  const { fullscreen } = webPlatform;
  const [isFull, setIsFull] = useState(false);
  useEffect(() => {
    const element = video.current;
    if (element === null) return undefined;
    return fullscreen.watch(element, () => setIsFull(fullscreen.isActive(element)));
  }, [fullscreen, video]);
  const toggle = () => {
    const element = video.current;
    if (stage === null || element === null) return;
    void (isFull ? fullscreen.leave(stage, element) : fullscreen.enter(stage, element));
  };
  return (
    <ControlButton label={live.fullscreen} aria-pressed={isFull} onClick={toggle}>
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

function useLivePlayer(
  video: RefObject<HTMLVideoElement | null>,
  { hlsUrl, whepUrl }: LiveAddresses,
  mode: LiveMode,
): LivePlayer | null {
  const [player, setPlayer] = useState<LivePlayer | null>(null);
  useEffect(() => {
    if (video.current === null) return undefined;
    const made = new LivePlayer(video.current, (...given) =>
      webPlatform.createLiveEngine(...given),
    );
    // The player lives on the element, so it can only be made once that is there.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setPlayer(made);
    return () => {
      void made.destroy();
    };
  }, [video]);
  useEffect(() => {
    void player?.load({ hlsUrl, whepUrl }, mode);
  }, [player, hlsUrl, whepUrl, mode]);
  return player;
}

const nothing = () => () => undefined;

function useLiveState(player: LivePlayer | null): LiveState {
  return useSyncExternalStore(
    player === null ? nothing : player.store.subscribe,
    player === null ? () => initialLiveState : player.store.get,
  );
}
