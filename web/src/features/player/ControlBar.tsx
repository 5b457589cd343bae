import {
  clockTime,
  type Marker,
  type Player,
  type PlayerState,
  type Thumbnail,
} from "@streamverse/player";
import {
  Cast,
  Keyboard,
  Maximize,
  Minimize,
  FastForward,
  Pause,
  PictureInPicture2,
  Play,
  RotateCcw,
  Rewind,
  SkipForward,
} from "lucide-react";

import { useText } from "../../app/i18n";
import { ControlButton } from "./ControlButton";
import type { NextUp } from "./NextTitle";
import { ScrubBar } from "./ScrubBar";
import { CaptionsMenu, SettingsMenu, SoundMenu } from "./SettingsMenu";
import { VolumeControl } from "./VolumeControl";

export interface ControlBarProps {
  player: Player;
  state: PlayerState;
  thumbnails: readonly Thumbnail[];
  markers: readonly Marker[];
  container: HTMLElement | null;
  onMenu: (isOpen: boolean) => void;
  onHelp: () => void;
  onDetails: () => void;
  /** Go to what follows; null if nothing does. */
  next: NextUp | null;
  onNext: () => void;
}

/** The controls along the lower edge. */
export function ControlBar(props: ControlBarProps) {
  const { player, state, thumbnails, markers, container, onMenu, onHelp } = props;
  const text = useText();
  const menu = { player, state, container, onOpenChange: onMenu };
  return (
    <div className="grid gap-1">
      {state.isGrowing && (
        <p className="text-sm font-medium text-white/90" data-testid="growing-note">
          {text.player.growing(clockTime(state.playableSeconds), clockTime(state.durationSeconds))}
        </p>
      )}
      <ScrubBar player={player} state={state} thumbnails={thumbnails} markers={markers} />
      <div className="flex items-center justify-between">
        <div className="flex items-center">
          <PlayButton player={player} state={state} />
          <ControlButton
            label={text.player.back10}
            keys="j"
            className="max-sm:hidden"
            onClick={() => player.seek(state.positionSeconds - 10)}
          >
            <Rewind aria-hidden />
          </ControlButton>
          <ControlButton
            label={text.player.on10}
            keys="l"
            className="max-sm:hidden"
            onClick={() => player.seek(state.positionSeconds + 10)}
          >
            <FastForward aria-hidden />
          </ControlButton>
          {props.next !== null && (
            <ControlButton
              label={text.player.next.label(props.next.kind)}
              keys="n"
              className="max-sm:hidden"
              onClick={props.onNext}
            >
              <SkipForward aria-hidden fill="currentColor" />
            </ControlButton>
          )}
          <VolumeControl player={player} state={state} />
          <span
            dir="ltr"
            className="ms-2 text-sm font-medium whitespace-nowrap tabular-nums sm:text-base"
          >
            {clockTime(state.positionSeconds)}
            <span className="text-white/75"> / {clockTime(state.durationSeconds)}</span>
          </span>
        </div>
        <div className="flex items-center">
          <ControlButton
            label={text.player.help}
            keys="?"
            className="max-sm:hidden pointer-coarse:hidden"
            onClick={onHelp}
          >
            <Keyboard aria-hidden />
          </ControlButton>
          {state.audioTracks.length > 1 && <SoundMenu {...menu} />}
          {state.textTracks.length > 0 && <CaptionsMenu {...menu} />}
          <SettingsMenu {...menu} onDetails={props.onDetails} />
          {(state.mayCast || state.isCasting) && (
            <ControlButton
              label={text.player.cast}
              className={state.isCasting ? "text-accent!" : ""}
              onClick={() => void player.toggleCasting()}
            >
              <Cast aria-hidden />
            </ControlButton>
          )}
          {document.pictureInPictureEnabled && (
            <ControlButton
              label={state.isPictureInPicture ? text.player.exitPip : text.player.pip}
              className="max-sm:hidden"
              onClick={() => void player.togglePictureInPicture()}
            >
              <PictureInPicture2 aria-hidden />
            </ControlButton>
          )}
          <ControlButton
            label={state.isFullscreen ? text.player.exitFullscreen : text.player.fullscreen}
            keys="f"
            onClick={() => void player.toggleFullscreen()}
          >
            {state.isFullscreen ? <Minimize aria-hidden /> : <Maximize aria-hidden />}
          </ControlButton>
        </div>
      </div>
    </div>
  );
}

function PlayButton({ player, state }: { player: Player; state: PlayerState }) {
  const text = useText();
  const [label, Icon] = state.isEnded
    ? [text.player.replay, RotateCcw]
    : state.isPaused
      ? [text.player.play, Play]
      : [text.player.pause, Pause];
  return (
    <ControlButton
      data-first-control
      label={label}
      keys="k"
      onClick={() => void player.togglePlay()}
    >
      <Icon aria-hidden fill={state.isEnded ? "none" : "currentColor"} />
    </ControlButton>
  );
}
