import { type Command, commandOf, type Player, steppedRate } from "@streamverse/player";
import { useEffect } from "react";

export interface KeyboardOptions {
  player: Player | null;
  onHelp: () => void;
  /** Called with every key that did something, and what to say about it. */
  onUsed: (said: string | null) => void;
}

/** The keys of the player, anywhere on its page. */
export function useKeyboard({ player, onHelp, onUsed }: KeyboardOptions): void {
  useEffect(() => {
    if (player === null) return;
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (belongsElsewhere(event)) return;
      const command = commandOf(event.key);
      if (command === null) return;
      event.preventDefault();
      if (command.do === "help") onHelp();
      onUsed(obey(player, command));
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [player, onHelp, onUsed]);
}

/** Menus, dialogs and the volume have keys of their own; a button is pressed by the space bar. */
function belongsElsewhere(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof Element)) return false;
  if (target.closest(":is([role=menu],[role=dialog]):not([data-closed])") !== null) return true;
  if (target instanceof HTMLInputElement)
    return event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End";
  return event.key === " " && target.closest("button,a") !== null;
}

/** Do what was asked; gives a short word for the screen where there is nothing else to see. */
function obey(player: Player, command: Command): string | null {
  const state = player.store.get();
  switch (command.do) {
    case "toggle-play":
      void player.togglePlay();
      return null;
    case "skip":
      player.seek(state.positionSeconds + command.seconds);
      return `${command.seconds > 0 ? "+" : "−"}${Math.abs(command.seconds)} s`;
    case "seek-fraction":
      player.seek(command.fraction * state.durationSeconds);
      return null;
    case "volume":
      player.setVolume((state.isMuted ? 0 : state.volume) + command.by);
      return `${Math.round(Math.min(1, Math.max(0, (state.isMuted ? 0 : state.volume) + command.by)) * 100)} %`;
    case "toggle-mute":
      player.setMuted(!state.isMuted);
      return null;
    case "toggle-captions":
      player.toggleCaptions();
      return null;
    case "toggle-fullscreen":
      void player.toggleFullscreen();
      return null;
    case "rate": {
      const rate = steppedRate(state.rate, command.step);
      player.setRate(rate);
      return `${rate}×`;
    }
    case "help":
      return null;
  }
}
