import { type LiveMode, type LiveState, webPlatform } from "@streamverse/player";
import { Menu, MenuChoice } from "@streamverse/ui";
import { Timer } from "lucide-react";
import { useState } from "react";

import { useText } from "../../app/i18n";
import { ControlButton } from "../player/ControlButton";

const MODE_KEY = "streamverse.latency";
const modes: readonly LiveMode[] = ["lowest", "low", "steady"];

/** How far behind somebody likes to be, here and the next time. */
export function useLatencyMode(): [LiveMode, (mode: LiveMode) => void] {
  const [mode, setMode] = useState<LiveMode>(
    () => modes.find((one) => one === webPlatform.memory.read(MODE_KEY)) ?? "low",
  );
  const choose = (chosen: LiveMode) => {
    webPlatform.memory.write(MODE_KEY, chosen);
    setMode(chosen);
  };
  return [mode, choose];
}

export interface LatencyMenuProps {
  state: LiveState;
  chooseMode: (mode: LiveMode) => void;
  hasLowest: boolean;
  /** Menus must be inside what fills the screen to be seen there. */
  container: HTMLElement | null;
}

/** Half a second behind and nothing to go back to, or more of both. */
export function LatencyMenu({ state, chooseMode, hasLowest, container }: LatencyMenuProps) {
  const { live } = useText();
  const offered = hasLowest ? modes : modes.filter((one) => one !== "lowest");
  return (
    <Menu
      side="top"
      container={container}
      trigger={
        <ControlButton label={live.latencyChoice}>
          <Timer aria-hidden />
        </ControlButton>
      }
    >
      <MenuChoice
        label={live.latencyChoice}
        value={state.mode}
        onChange={chooseMode}
        choices={offered.map((value) => ({
          value,
          label: live.latencies[value],
          note: live.latencyNotes[value],
        }))}
      />
    </Menu>
  );
}
