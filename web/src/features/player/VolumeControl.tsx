import type { Player, PlayerState } from "@streamverse/player";
import { Volume1, Volume2, VolumeX } from "lucide-react";

import { formatPercent } from "../../app/format";
import { useText } from "../../app/i18n";
import { ControlButton } from "./ControlButton";

export function VolumeControl({ player, state }: { player: Player; state: PlayerState }) {
  const text = useText();
  const volume = state.isMuted ? 0 : state.volume;
  const Icon = volume === 0 ? VolumeX : volume < 0.5 ? Volume1 : Volume2;
  return (
    <div className="group flex items-center">
      <ControlButton
        label={state.isMuted ? text.player.unmute : text.player.mute}
        keys="m"
        onClick={() => player.setMuted(!state.isMuted)}
      >
        <Icon aria-hidden />
      </ControlButton>
      {/* Phones set the volume by their own buttons. */}
      <div className="hidden w-0 items-center overflow-hidden opacity-0 transition-[width,opacity] duration-200 group-focus-within:w-28 group-focus-within:opacity-100 group-hover:w-28 group-hover:opacity-100 pointer-fine:flex">
        <input
          type="range"
          dir="ltr"
          min={0}
          max={1}
          step={0.05}
          value={volume}
          aria-label={text.player.volume}
          aria-valuetext={formatPercent(volume)}
          onChange={(event) => player.setVolume(event.target.valueAsNumber)}
          className="mx-2 h-11 w-24 cursor-pointer accent-accent"
        />
      </div>
    </div>
  );
}
