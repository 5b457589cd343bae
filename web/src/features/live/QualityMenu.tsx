import type { LivePlayer, LiveState } from "@streamverse/player";
import { Menu, MenuChoice } from "@streamverse/ui";
import { Settings } from "lucide-react";

import { useText } from "../../app/i18n";
import { ControlButton } from "../player/ControlButton";

const AUTO = "auto";
const AS_SENT = "as-sent";

export interface QualityMenuProps {
  player: LivePlayer;
  state: LiveState;
  /** Menus must be inside what fills the screen to be seen there. */
  container: HTMLElement | null;
}

/**
 * The heights of a stream that has several. By WebRTC it goes out as it is sent; whoever wants
 * another height gives up the lowest delay for it.
 */
export function QualityMenu({ player, state, container }: QualityMenuProps) {
  const { live, player: words } = useText();
  const { qualities, chosenQuality, activeQuality } = state;
  if (qualities.length < 2) return null;
  const isAsSent = state.mode === "lowest";
  const automatic = {
    value: AUTO,
    label: words.auto,
    ...(chosenQuality === null && activeQuality !== null
      ? { note: words.autoNow(activeQuality.height) }
      : {}),
  };
  const asSent = { value: AS_SENT, label: live.asSent, note: live.asSentNote };
  return (
    <Menu
      side="top"
      container={container}
      trigger={
        <ControlButton label={words.quality}>
          <Settings aria-hidden />
        </ControlButton>
      }
    >
      <MenuChoice
        label={words.quality}
        value={isAsSent ? AS_SENT : (chosenQuality ?? AUTO)}
        onChange={(value) => {
          if (value !== AS_SENT) player.chooseQuality(value === AUTO ? null : value);
        }}
        choices={[
          isAsSent ? asSent : automatic,
          ...qualities.map(({ id, height, framesPerSecond }) => ({
            value: id,
            label: words.qualityName(height, framesPerSecond),
            ...(isAsSent ? { note: live.heightNote } : {}),
          })),
        ]}
      />
    </Menu>
  );
}
