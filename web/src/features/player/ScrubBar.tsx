import {
  chapterAt,
  clamp,
  clockTime,
  type Marker,
  type Player,
  type PlayerState,
  type Thumbnail,
  thumbnailAt,
  type TimeRange,
} from "@streamverse/player";
import { cx } from "@streamverse/ui";
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";

import { useText } from "../../app/i18n";

/** So long the picture of a place stays after a key has gone there. */
const KEYED_MS = 1_500;

export interface ScrubBarProps {
  player: Player;
  state: PlayerState;
  thumbnails: readonly Thumbnail[];
  markers: readonly Marker[];
}

/** Where one is in the film: drag it, press on it, or use the arrow keys. */
export function ScrubBar({ player, state, thumbnails, markers }: ScrubBarProps) {
  const text = useText();
  const [isKeyed, noteKey] = useKeyed();
  const bar = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const { durationSeconds, playableSeconds, isGrowing } = state;
  const position = dragged ?? state.positionSeconds;

  const secondsAt = (event: PointerEvent) => {
    const box = bar.current?.getBoundingClientRect();
    if (!box || box.width === 0) return 0;
    // Time runs from the left in every language, as on every other player.
    return clamp((event.clientX - box.left) / box.width, 0, 1) * durationSeconds;
  };
  const press = (event: PointerEvent) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    setDragged(Math.min(secondsAt(event), playableSeconds));
  };
  const move = (event: PointerEvent) => {
    const seconds = secondsAt(event);
    setPointed(seconds);
    if (dragged !== null) setDragged(Math.min(seconds, playableSeconds));
  };
  const release = () => {
    if (dragged !== null) player.seek(dragged);
    setDragged(null);
  };

  const percent = (seconds: number) =>
    `${durationSeconds > 0 ? (seconds / durationSeconds) * 100 : 0}%`;
  const shown = dragged ?? pointed ?? (isKeyed ? position : null);
  return (
    <div
      ref={bar}
      dir="ltr"
      role="slider"
      tabIndex={0}
      aria-label={text.player.seek}
      aria-valuemin={0}
      aria-valuemax={Math.round(durationSeconds)}
      aria-valuenow={Math.round(position)}
      aria-valuetext={text.player.position(clockTime(position), clockTime(durationSeconds))}
      className="group relative flex h-9 cursor-pointer touch-none items-center rounded-md pointer-coarse:h-11"
      onPointerDown={press}
      onPointerMove={move}
      onPointerUp={release}
      onPointerCancel={() => setDragged(null)}
      onPointerLeave={() => setPointed(null)}
      onKeyDown={noteKey}
    >
      <div className="relative h-1.5 w-full overflow-hidden rounded-full bg-white/25 transition-[height] duration-150 group-hover:h-2.5">
        {isGrowing && (
          <div
            data-testid="not-yet-processed"
            className="absolute inset-y-0 end-0 bg-[repeating-linear-gradient(115deg,rgb(0_0_0/0.55)_0_6px,rgb(255_255_255/0.12)_6px_10px)]"
            style={{ left: percent(playableSeconds) }}
          />
        )}
        {state.buffered.map((range) => (
          <Stretch
            key={range.startSeconds}
            range={range}
            percent={percent}
            className="bg-white/35"
          />
        ))}
        <Stretch
          range={{ startSeconds: 0, endSeconds: position }}
          percent={percent}
          className="bg-accent"
        />
        {markers.map(
          ({ kind, startSeconds }) =>
            kind === "chapter" &&
            startSeconds > 0 && (
              <div
                key={startSeconds}
                data-testid="chapter-mark"
                className="absolute inset-y-0 w-0.5 bg-black/80"
                style={{ left: percent(startSeconds) }}
              />
            ),
        )}
      </div>
      <div
        className={cx(
          "pointer-events-none absolute size-4 -translate-x-1/2 rounded-full bg-accent shadow-md transition-transform duration-150",
          dragged === null
            ? "scale-0 group-hover:scale-100 group-focus-visible:scale-100"
            : "scale-125",
        )}
        style={{ left: percent(position) }}
      />
      {shown !== null && (
        <Preview
          seconds={shown}
          left={percent(shown)}
          thumbnail={shown <= playableSeconds ? thumbnailAt(thumbnails, shown) : null}
          chapter={chapterAt(markers, shown)?.label ?? ""}
        />
      )}
    </div>
  );
}

interface PreviewProps {
  seconds: number;
  left: string;
  thumbnail: Thumbnail | null;
  chapter: string;
}

/** Above the bar: what is to be seen at a place, and when it is. */
function Preview({ seconds, left, thumbnail, chapter }: PreviewProps) {
  const halfWidth = thumbnail === null ? "1.75rem" : `${thumbnail.width / 2 + 2}px`;
  return (
    <div
      aria-hidden
      data-testid="scrub-preview"
      className="pointer-events-none absolute bottom-full mb-1 grid -translate-x-1/2 justify-items-center gap-1"
      style={{ left: `clamp(${halfWidth}, ${left}, calc(100% - ${halfWidth}))` }}
    >
      {thumbnail !== null && (
        <div
          data-testid="scrub-picture"
          className="overflow-hidden rounded-lg bg-black shadow-float ring-2 ring-white/85"
          style={{
            width: thumbnail.width,
            height: thumbnail.height,
            backgroundImage: `url("${thumbnail.sheetUrl}")`,
            backgroundPosition: `-${thumbnail.x}px -${thumbnail.y}px`,
          }}
        />
      )}
      <span className="max-w-48 truncate rounded-lg bg-black/85 px-2.5 py-1 text-sm font-semibold tabular-nums">
        {chapter === "" ? clockTime(seconds) : `${clockTime(seconds)} ${chapter}`}
      </span>
    </div>
  );
}

/** Notice that the bar was just moved by a key. */
function useKeyed(): [isKeyed: boolean, note: (event: KeyboardEvent) => void] {
  const [isKeyed, setIsKeyed] = useState(false);
  const timer = useRef<number>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const note = (event: KeyboardEvent) => {
    if (!/^(Arrow(Left|Right)|Home|End|[0-9jl])$/i.test(event.key)) return;
    setIsKeyed(true);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setIsKeyed(false), KEYED_MS);
  };
  return [isKeyed, note];
}

interface StretchProps {
  range: TimeRange;
  percent: (seconds: number) => string;
  className: string;
}

function Stretch({ range, percent, className }: StretchProps) {
  return (
    <div
      className={cx("absolute inset-y-0", className)}
      style={{
        left: percent(range.startSeconds),
        width: percent(range.endSeconds - range.startSeconds),
      }}
    />
  );
}
