import { cx, Spinner } from "@streamverse/ui";
import { ArrowRight, Delete } from "lucide-react";
import { type ReactNode, useEffect, useEffectEvent, useReducer, useRef, useState } from "react";

import { sentenceOf } from "../../app/api";
import { type Messages, useText } from "../../app/i18n";
import {
  emptyPad,
  formatCountdown,
  mayEnter,
  padAfter,
  type PadState,
  PIN_MINIMUM,
} from "./pin-pad";
import { useCountdown } from "./use-countdown";

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;

export interface PinPadProps {
  /** Rejects with what the server said when it is not the PIN. */
  onEnter: (pin: string) => Promise<unknown>;
  /** In a page of its own it takes the focus; in a window the window gives it. */
  isFocused?: boolean;
}

/** A PIN by touch, keyboard or remote. */
export function PinPad({ onEnter, isFocused = false }: PinPadProps) {
  const text = useText();
  const [state, tell] = useReducer(padAfter, emptyPad);
  const [isBusy, setIsBusy] = useState(false);
  const [tries, setTries] = useState(0);
  const enterKey = useRef<HTMLButtonElement>(null);
  const secondsLeft = useCountdown(state.pausedUntilMs);
  const isPaused = secondsLeft !== null && secondsLeft > 0;

  useEffect(() => {
    if (secondsLeft === 0) tell({ kind: "resumed" });
  }, [secondsLeft]);

  const enter = async () => {
    if (!mayEnter(state)) {
      tell({ kind: "short" });
      return;
    }
    setIsBusy(true);
    try {
      await onEnter(state.digits);
    } catch (error) {
      tell({ kind: "refused", error, nowMs: Date.now() });
      setTries((count) => count + 1);
    } finally {
      setIsBusy(false);
    }
  };

  const type = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || isBusy) return;
    if (event.target instanceof HTMLInputElement) return;
    if (/^[0-9]$/.test(event.key)) {
      tell({ kind: "digit", digit: event.key });
      // Whoever types ends with the Enter key, which presses what has the focus.
      enterKey.current?.focus();
    } else if (event.key === "Backspace") {
      tell({ kind: "erase" });
    } else {
      return;
    }
    event.preventDefault();
  });
  useEffect(() => {
    window.addEventListener("keydown", type);
    return () => window.removeEventListener("keydown", type);
  }, []);

  const problem = isPaused
    ? text.profiles.pin.paused(formatCountdown(secondsLeft))
    : sentenceOfPad(state, text);
  const isOff = isPaused || isBusy;
  return (
    <div className="grid justify-items-center gap-5">
      <Dots key={tries} count={state.digits.length} isWrong={tries > 0 && state.digits === ""} />
      <p
        role={problem === null ? undefined : "alert"}
        className="min-h-6 text-center font-medium text-danger-text tabular-nums"
      >
        {problem}
      </p>
      {/* Digits are laid out from left to right in every language. */}
      <div
        dir="ltr"
        role="group"
        aria-label={text.profiles.pin.pad}
        className="grid grid-cols-3 gap-3"
      >
        {DIGITS.map((digit) => (
          <PadKey
            key={digit}
            isOff={isOff}
            isFirst={digit === "1"}
            isFocused={isFocused && digit === "1"}
            onPress={() => tell({ kind: "digit", digit })}
          >
            {digit}
          </PadKey>
        ))}
        <PadKey
          label={text.profiles.pin.erase}
          isOff={isOff}
          onPress={() => tell({ kind: "erase" })}
        >
          <Delete aria-hidden size={24} />
        </PadKey>
        <PadKey isOff={isOff} onPress={() => tell({ kind: "digit", digit: "0" })}>
          0
        </PadKey>
        <button
          ref={enterKey}
          type="button"
          aria-label={text.profiles.pin.enter}
          aria-disabled={isOff || undefined}
          onClick={() => !isOff && void enter()}
          className={cx(
            padKey,
            "bg-accent text-accent-ink hover:bg-accent-hover",
            !mayEnter(state) && "opacity-55",
          )}
        >
          {isBusy ? <Spinner className="size-6" /> : <ArrowRight aria-hidden size={26} />}
        </button>
      </div>
    </div>
  );
}

const padKey = cx(
  "grid size-16 place-items-center rounded-full font-display text-2xl font-bold select-none",
  "transition-[background-color,transform,opacity] duration-150 ease-calm active:scale-94 aria-disabled:opacity-45",
);

interface PadKeyProps {
  label?: string;
  isOff: boolean;
  isFirst?: boolean;
  isFocused?: boolean;
  onPress: () => void;
  children: ReactNode;
}

function PadKey(props: PadKeyProps) {
  const { label, isOff, isFirst = false, isFocused = false, onPress, children } = props;
  return (
    <button
      type="button"
      autoFocus={isFocused}
      aria-label={label}
      // Disabled keys would lose the focus, and with it the place of a remote.
      aria-disabled={isOff || undefined}
      data-focus-first={isFirst || undefined}
      onClick={() => !isOff && onPress()}
      className={cx(padKey, "bg-raised text-ink hover:bg-hover")}
    >
      {children}
    </button>
  );
}

function Dots({ count, isWrong }: { count: number; isWrong: boolean }) {
  const text = useText();
  return (
    <div
      role="img"
      aria-live="polite"
      aria-label={text.profiles.pin.entered(count)}
      className={cx("flex h-6 items-center gap-4", isWrong && "animate-shake")}
    >
      {Array.from({ length: Math.max(PIN_MINIMUM, count) }, (_, index) => (
        <span
          key={index}
          className={cx(
            "size-4 rounded-full border-2 transition-colors duration-100",
            index < count ? "border-accent bg-accent" : "border-line-strong",
          )}
        />
      ))}
    </div>
  );
}

function sentenceOfPad({ problem }: PadState, text: Messages): string | null {
  switch (problem?.kind) {
    case undefined:
      return null;
    case "short":
      return text.profiles.pin.tooShort;
    case "wrong":
      return text.profiles.pin.wrong;
    case "other":
      return sentenceOf(problem.error, text);
  }
}
