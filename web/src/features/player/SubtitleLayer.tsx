import type { Cue, CuePlace, Player, PlayerState } from "@streamverse/player";
import { cx } from "@streamverse/ui";
import { type CSSProperties, useEffect, useState } from "react";

import { type Appearance, subtitleStyle } from "../preferences/subtitle-style";

const PLAIN: CSSProperties = {
  color: "#fff",
  backgroundColor: "rgb(0 0 0 / 75%)",
  fontSize: "max(0.9rem, 6cqh)",
};

const places: Record<CuePlace, string> = {
  top: "top-[5%]",
  middle: "inset-y-0 content-center",
  bottom: "bottom-[6%] -translate-y-(--lift) transition-transform duration-200",
};

export interface SubtitleLayerProps {
  player: Player;
  state: PlayerState;
  /** How whoever watches wants them; null if that is not known. */
  appearance: Appearance | null;
  /** The controls are there: make room for them. */
  isRaised: boolean;
}

/** The subtitles, as the profile wants them, upon the picture and not beside it. */
export function SubtitleLayer({ player, state, appearance, isRaised }: SubtitleLayerProps) {
  const cues = useCues(player);
  const style = appearance === null ? PLAIN : legible(appearance);
  const quality = state.activeQuality;
  const ratio = quality === null ? 16 / 9 : quality.width / quality.height;
  if (cues.length === 0) return null;
  const height = `min(100cqh, ${100 / ratio}cqw)`;
  return (
    <div className="@container-size pointer-events-none absolute inset-0 grid place-items-center">
      <div
        data-testid="subtitles"
        className="@container-size relative"
        style={
          {
            width: `min(100cqw, ${ratio * 100}cqh)`,
            height,
            // What is free beneath the picture has room for the controls already.
            "--lift": isRaised ? `max(0px, 6rem - (100cqh - ${height}) / 2)` : "0px",
          } as CSSProperties
        }
      >
        {(["top", "middle", "bottom"] as const).map((place) => (
          <div
            key={place}
            className={cx(
              "absolute inset-x-[6%] grid gap-[0.3em] text-center leading-snug text-balance",
              places[place],
            )}
          >
            {cues
              .filter((cue) => cue.place === place)
              .map((cue) => (
                <Words key={cue.id} cue={cue} style={style} />
              ))}
          </div>
        ))}
      </div>
    </div>
  );
}

function Words({ cue, style }: { cue: Cue; style: CSSProperties }) {
  return (
    <p dir="auto">
      <span
        className="box-decoration-clone rounded-[0.15em] px-[0.35em] py-[0.08em] font-medium whitespace-pre-line"
        style={style}
      >
        {cue.runs.map((run, index) => (
          <span
            key={index}
            className={cx(
              run.isBold && "font-bold",
              run.isItalic && "italic",
              run.isUnderlined && "underline",
            )}
          >
            {run.text}
          </span>
        ))}
      </span>
    </p>
  );
}

/** What is to be read now, looked up at every picture that the screen shows. */
function useCues(player: Player): readonly Cue[] {
  const [cues, setCues] = useState<readonly Cue[]>([]);
  useEffect(() => {
    let handle = 0;
    const look = () => {
      const found = player.cues();
      setCues((before) => (isSame(before, found) ? before : found));
      handle = requestAnimationFrame(look);
    };
    look();
    return () => cancelAnimationFrame(handle);
  }, [player]);
  return cues;
}

function isSame(one: readonly Cue[], other: readonly Cue[]): boolean {
  return one.length === other.length && one.every((cue, index) => cue.id === other[index]?.id);
}

/** As it is wanted, but never too small to read on a small picture. */
function legible(appearance: Appearance): CSSProperties {
  const { fontSize, ...style } = subtitleStyle(appearance);
  return { ...style, fontSize: `max(0.9rem, ${String(fontSize)})` };
}
