import {
  type Command,
  commandOf,
  isForPage,
  type PageCommand,
  type Player,
  type PlayerState,
} from "@streamverse/player";
import { useEffect } from "react";

import { soundName } from "./sound-name";

export interface KeyboardOptions {
  player: Player | null;
  /** Do what only the page can. */
  onPage: (command: PageCommand["do"]) => void;
  /** Called with every key that did something, and what to say about it. */
  onUsed: (said: string | null) => void;
}

/** The keys of the player, anywhere on its page. */
export function useKeyboard({ player, onPage, onUsed }: KeyboardOptions): void {
  useEffect(() => {
    if (player === null) return;
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (belongsElsewhere(event)) return;
      const command = commandOf(event.key);
      if (command === null) return;
      event.preventDefault();
      if (isForPage(command)) onPage(command.do);
      else player.obey(command);
      onUsed(wordFor(command, player.store.get()));
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [player, onPage, onUsed]);
}

/** Menus, dialogs and the volume have keys of their own; a button is pressed by the space bar. */
export function belongsElsewhere(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof Element)) return false;
  if (target.closest(":is([role=menu],[role=dialog]):not([data-closed])") !== null) return true;
  if (target instanceof HTMLInputElement)
    return event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End";
  return event.key === " " && target.closest("button,a") !== null;
}

/** A short word for the screen, where there is nothing else to see of what a key did. */
function wordFor(command: Command, state: PlayerState): string | null {
  switch (command.do) {
    case "skip":
      return `${command.seconds > 0 ? "+" : "−"}${Math.abs(command.seconds)} s`;
    case "volume":
      return `${Math.round(state.volume * 100)} %`;
    case "rate":
      return `${state.rate}×`;
    case "next-audio":
      return soundName(state.audioTracks.find(({ id }) => id === state.activeAudioTrack)) ?? null;
    default:
      return null;
  }
}
