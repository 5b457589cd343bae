import { type Player, type PlayerState, rates } from "@streamverse/player";
import { Menu, MenuChoice, MenuItem, MenuSeparator } from "@streamverse/ui";
import { AudioLines, Captions, Gauge, Settings } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";

import { useText } from "../../app/i18n";
import { languageName } from "../preferences/languages";
import { ControlButton } from "./ControlButton";
import { soundName } from "./sound-name";

const AUTO = "auto";
const SOUND_ONLY = "sound-only";
const OFF = "off";

export interface PlayerMenuProps {
  player: Player;
  state: PlayerState;
  /** Menus must be inside what fills the screen to be seen there. */
  container: HTMLElement | null;
  onOpenChange: (isOpen: boolean) => void;
}

export interface SettingsMenuProps extends PlayerMenuProps {
  onDetails: () => void;
}

export function SettingsMenu(props: SettingsMenuProps) {
  const { player, state, container, onOpenChange, onDetails } = props;
  const text = useText();
  const active = state.activeQuality;
  const qualities = [
    {
      value: AUTO,
      label: text.player.auto,
      ...(state.chosenQuality === null && active !== null
        ? { note: text.player.autoNow(active.height) }
        : {}),
    },
    ...state.qualities.map((quality) => ({
      value: quality.id,
      label: text.player.qualityName(quality.height, quality.framesPerSecond),
    })),
    ...(state.audioTracks.length > 0 ? [{ value: SOUND_ONLY, label: text.player.soundOnly }] : []),
  ];
  const chooseQuality = (value: string) => {
    if (value === SOUND_ONLY) void player.chooseSoundOnly();
    else player.chooseQuality(value === AUTO ? null : value);
  };
  return (
    <Menu
      side="top"
      container={container}
      onOpenChange={onOpenChange}
      trigger={
        <ControlButton label={text.player.settings}>
          <Settings aria-hidden />
        </ControlButton>
      }
    >
      {state.qualities.length > 0 && (
        <>
          <MenuChoice
            label={text.player.quality}
            value={state.isSoundOnly ? SOUND_ONLY : (state.chosenQuality ?? AUTO)}
            onChange={chooseQuality}
            choices={qualities}
          />
          <MenuSeparator />
        </>
      )}
      <MenuChoice
        label={text.player.speed}
        value={String(state.rate)}
        onChange={(value) => player.setRate(Number(value))}
        choices={rates.map((rate) => ({
          value: String(rate),
          label: rate === 1 ? text.player.normalSpeed : `${rate}×`,
        }))}
      />
      <MenuSeparator />
      <MenuItem icon={<Gauge aria-hidden size={18} />} onSelect={onDetails}>
        {text.player.details.heading}
      </MenuItem>
    </Menu>
  );
}

export function SoundMenu({ player, state, ...menu }: PlayerMenuProps) {
  const text = useText();
  return (
    <ChoiceMenu
      {...menu}
      label={text.player.sound}
      keys="a"
      icon={<AudioLines aria-hidden />}
      value={state.activeAudioTrack ?? ""}
      onChange={(value) => player.chooseAudioTrack(value)}
      choices={state.audioTracks.map((track) => ({
        value: track.id,
        label: soundName(track) ?? "",
      }))}
    />
  );
}

export function CaptionsMenu({ player, state, ...menu }: PlayerMenuProps) {
  const text = useText();
  const isOff = state.activeTextTrack === null;
  return (
    <ChoiceMenu
      {...menu}
      label={text.player.captions}
      keys="c"
      icon={<Captions aria-hidden className={isOff ? "opacity-70" : "text-accent"} />}
      value={state.activeTextTrack ?? OFF}
      onChange={(value) => player.chooseTextTrack(value === OFF ? null : value)}
      choices={[
        { value: OFF, label: text.player.captionsOff },
        ...state.textTracks.map((track) => ({
          value: track.id,
          label: track.label ?? languageName(track.language),
        })),
      ]}
    />
  );
}

interface ChoiceMenuProps extends ComponentProps<typeof MenuChoice<string>> {
  keys: string;
  icon: ReactNode;
  container: HTMLElement | null;
  onOpenChange: (isOpen: boolean) => void;
}

/** A button of the player, behind which there is one thing to choose. */
function ChoiceMenu({ keys, icon, container, onOpenChange, ...choice }: ChoiceMenuProps) {
  return (
    <Menu
      side="top"
      container={container}
      onOpenChange={onOpenChange}
      trigger={
        <ControlButton label={choice.label} keys={keys}>
          {icon}
        </ControlButton>
      }
    >
      <MenuChoice {...choice} />
    </Menu>
  );
}
