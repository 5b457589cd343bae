import {
  type Command,
  commandOf,
  isForPage,
  type PageCommand,
  type Player,
  type PlayerState,
} from "@streamverse/player";
import { useEffect } from "react";

import { isRemote } from "../../app/arrows";
import { soundName } from "./sound-name";

/** How remotes and browsers call the key for going back. */
const BACK = new Set(["Escape", "GoBack", "BrowserBack", "XF86Back"]);

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
      if (isRemote() && obeyRemote(event.key)) {
        event.preventDefault();
        onUsed(null);
        return;
      }
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

/** Menus, dialogs and the volume have keys of their own, and so have buttons and links. */
export function belongsElsewhere(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof Element)) return false;
  if (target.closest(":is([role=menu],[role=dialog]):not([data-closed])") !== null) return true;
  if (target instanceof HTMLInputElement)
    return event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End";
  return (event.key === " " || event.key === "Enter") && target.closest("button,a") !== null;
}

/** Bring the controls with up and down, put them away with back, and leave with another one. */
function obeyRemote(key: string): boolean {
  const at = document.activeElement;
  const held = at instanceof HTMLElement ? at.closest<HTMLElement>("[data-controls] *") : null;
  if (BACK.has(key)) {
    if (held !== null) held.blur();
    else document.querySelector<HTMLElement>("[data-leaves]")?.click();
    return true;
  }
  // From what offers something the arrows wind; at the end of a row of controls they do nothing.
  if (key === "ArrowLeft" || key === "ArrowRight") return held?.matches("button, a") ?? false;
  if (key !== "ArrowUp" && key !== "ArrowDown") return false;
  if (held === null) document.querySelector<HTMLElement>("[data-first-control]")?.focus();
  else held.blur();
  return true;
}

/** A short word for the screen, where there is nothing else to see of what a key did. */
function wordFor(command: Command, state: PlayerState): string | null {
  switch (command.do) {
    case "skip":
      return wordForSkip(command.seconds);
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

/** Say how far somebody has wound. */
export function wordForSkip(seconds: number): string {
  return `${seconds > 0 ? "+" : "−"}${Math.abs(seconds)} s`;
}
