import type { TitleCard } from "@streamverse/client";
import { type Marker, offerFrom, type Player, type PlayerState } from "@streamverse/player";
import { Button } from "@streamverse/ui";
import { Play } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { useText } from "../../app/i18n";

const COUNTDOWN_SECONDS = 10;

/** What comes next, in a series or in a list that is played through. */
export type NextUp = Pick<TitleCard, "id" | "name" | "kind">;

export interface NextTitleProps {
  player: Player;
  state: PlayerState;
  markers: readonly Marker[];
  next: NextUp;
  /** Whether it begins by itself, as whoever watches likes it. */
  isAutomatic: boolean;
  /** Whether anybody was there lately: several titles in a row may run for nobody. */
  isSomebodyThere: () => boolean;
  /** It is shown: whoever goes there soon shall not wait. */
  onOffered: () => void;
  onNext: (isByItself: boolean) => void;
}

/** Offers what comes next from the credits on, and goes on by itself where that is liked. */
export function NextTitle(props: NextTitleProps) {
  const { player, state, markers, ...offer } = props;
  const [isDeclined, setIsDeclined] = useState(false);
  const isLate =
    !state.isGrowing && state.positionSeconds >= offerFrom(markers, state.durationSeconds);
  if (!isLate && isDeclined && !state.isEnded) setIsDeclined(false);
  if (state.status !== "ready" || !(state.isEnded || (isLate && !isDeclined))) return null;
  return (
    <Offer
      key={String(state.isEnded)}
      {...offer}
      isHeld={state.isPaused && !state.isEnded}
      onDecline={() => {
        setIsDeclined(true);
        if (state.isEnded) player.seek(0);
      }}
      isEnded={state.isEnded}
    />
  );
}

interface OfferProps extends Pick<
  NextTitleProps,
  "next" | "isAutomatic" | "isSomebodyThere" | "onOffered" | "onNext"
> {
  isHeld: boolean;
  isEnded: boolean;
  onDecline: () => void;
}

function Offer(props: OfferProps) {
  const { next, isAutomatic, isSomebodyThere, onNext, isHeld, isEnded, onDecline } = props;
  const { onOffered } = props;
  const text = useText();
  const words = text.player.next;
  const label = words.label(next.kind);
  const [isAsking] = useState(() => isAutomatic && !isSomebodyThere());
  const counts = isAutomatic && !isAsking;
  const left = useCountdown(counts && !isHeld, () => onNext(true));
  const button = useRef<HTMLButtonElement>(null);
  useEffect(onOffered, [onOffered]);
  useEffect(() => {
    // A remote finds it at once; whoever is elsewhere with the keyboard stays there.
    if (document.activeElement === document.body) button.current?.focus({ preventScroll: true });
  }, []);
  return (
    <section
      aria-label={label}
      className="pointer-events-auto ms-auto mb-3 grid w-fit max-w-full animate-rise gap-3 rounded-2xl bg-black/85 p-4 shadow-float"
    >
      <p className="text-sm font-semibold text-white/80">{isAsking ? words.stillThere : label}</p>
      <p className="max-w-xs truncate text-lg font-bold">{next.name}</p>
      <div className="flex flex-wrap gap-2">
        <Button ref={button} variant="primary" onClick={() => onNext(false)}>
          <Play aria-hidden size={18} fill="currentColor" />
          {counts ? words.playIn(left) : label}
        </Button>
        {!isEnded && <Button onClick={onDecline}>{words.decline}</Button>}
      </div>
    </section>
  );
}

/** Count the seconds down while it runs, and say when they are over. */
function useCountdown(isRunning: boolean, onOver: () => void): number {
  const [left, setLeft] = useState(COUNTDOWN_SECONDS);
  const over = useRef(onOver);
  useEffect(() => {
    over.current = onOver;
  });
  useEffect(() => {
    if (!isRunning) return;
    const timer = window.setInterval(() => setLeft((seconds) => seconds - 1), 1_000);
    return () => window.clearInterval(timer);
  }, [isRunning]);
  const isOver = left <= 0;
  useEffect(() => {
    if (isOver) over.current();
  }, [isOver]);
  return Math.max(0, left);
}
