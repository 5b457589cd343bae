import { commandOf, isForPage, type LivePlayer } from "@streamverse/player";
import { useEffect } from "react";

import { belongsElsewhere } from "../player/use-keyboard";

export interface LiveKeysOptions {
  player: LivePlayer | null;
  stage: HTMLElement | null;
  toggleFullscreen: () => void;
}

/** The keys of films, for a stream: all of them upon it, letters where nothing has the focus. */
export function useLiveKeys({ player, stage, toggleFullscreen }: LiveKeysOptions): void {
  useEffect(() => {
    if (player === null || stage === null) return undefined;
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!isMeant(event, stage) || belongsElsewhere(event)) return;
      const command = commandOf(event.key);
      if (command === null || isForPage(command)) return;
      event.preventDefault();
      if (command.do === "toggle-fullscreen") toggleFullscreen();
      else player.obey(command);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [player, stage, toggleFullscreen]);
}

/** The page around a stream scrolls by keys, and has forms of its own. */
function isMeant({ target, key }: KeyboardEvent, stage: HTMLElement): boolean {
  if (target instanceof Node && stage.contains(target)) return true;
  const isAlone = document.fullscreenElement === stage;
  return target === document.body && (isAlone || /^[a-z]$/i.test(key));
}
