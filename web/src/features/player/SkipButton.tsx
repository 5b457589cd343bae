import { type Marker, type Player, type PlayerState, skippableAt } from "@streamverse/player";
import { Button, cx } from "@streamverse/ui";
import { FastForward } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { isRemote } from "../../app/arrows";
import { useText } from "../../app/i18n";

const SHOWN_MS = 8_000;

export interface SkipButtonProps {
  player: Player;
  state: PlayerState;
  markers: readonly Marker[];
  /** Nobody moves: what has been offered for a while goes away with the controls. */
  areControlsAway: boolean;
}

/** Offers to go past an intro, a recap, or credits before a last scene. */
export function SkipButton({ player, state, markers, areControlsAway }: SkipButtonProps) {
  const marker = skippableAt(markers, state.positionSeconds, state.durationSeconds);
  if (marker === null) return null;
  return (
    <Offer
      key={marker.startSeconds}
      kind={marker.kind}
      areControlsAway={areControlsAway}
      onSkip={() => player.seek(marker.endSeconds)}
    />
  );
}

interface OfferProps {
  kind: Marker["kind"];
  areControlsAway: boolean;
  onSkip: () => void;
}

function Offer({ kind, areControlsAway, onSkip }: OfferProps) {
  const text = useText();
  const [isNew, setIsNew] = useState(true);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const timer = window.setTimeout(() => setIsNew(false), SHOWN_MS);
    if (isRemote() && document.activeElement === document.body)
      button.current?.focus({ preventScroll: true });
    return () => window.clearTimeout(timer);
  }, []);
  const isShown = isNew || !areControlsAway;
  return (
    <div
      className={cx(
        "mb-3 flex justify-end transition-opacity duration-300",
        isShown ? "pointer-events-auto" : "invisible opacity-0",
      )}
    >
      <Button ref={button} variant="primary" data-winds onClick={onSkip}>
        {text.player.skip(kind)}
        <FastForward aria-hidden size={18} fill="currentColor" />
      </Button>
    </div>
  );
}
