import { ApiProblem } from "@streamverse/client";

export const PIN_MINIMUM = 4;
export const PIN_LIMIT = 8;

/** What a pad shows: the digits so far, what was wrong with the last try, and a pause after many. */
export interface PadState {
  readonly digits: string;
  readonly problem: PadProblem | null;
  readonly pausedUntilMs: number | null;
}

export type PadProblem = { kind: "short" } | { kind: "wrong" } | { kind: "other"; error: unknown };

export type PadEvent =
  | { kind: "digit"; digit: string }
  | { kind: "erase" }
  | { kind: "short" }
  | { kind: "refused"; error: unknown; nowMs: number }
  | { kind: "resumed" };

export const emptyPad: PadState = { digits: "", problem: null, pausedUntilMs: null };

export function padAfter(state: PadState, event: PadEvent): PadState {
  const isPaused = state.pausedUntilMs !== null;
  switch (event.kind) {
    case "digit":
      if (isPaused || state.digits.length >= PIN_LIMIT) return state;
      return { ...state, digits: state.digits + event.digit, problem: null };
    case "erase":
      return isPaused ? state : { ...state, digits: state.digits.slice(0, -1), problem: null };
    case "short":
      return { ...state, problem: { kind: "short" } };
    case "resumed":
      return emptyPad;
    case "refused":
      return afterRefusal(event.error, event.nowMs);
  }
}

function afterRefusal(error: unknown, nowMs: number): PadState {
  const code = error instanceof ApiProblem ? error.code : "";
  if (error instanceof ApiProblem && error.retryAfterSeconds !== null) {
    return { ...emptyPad, pausedUntilMs: nowMs + error.retryAfterSeconds * 1000 };
  }
  return {
    ...emptyPad,
    problem: code === "profiles.pin_wrong" ? { kind: "wrong" } : { kind: "other", error },
  };
}

export function mayEnter(state: PadState): boolean {
  return state.pausedUntilMs === null && state.digits.length >= PIN_MINIMUM;
}

/** 75 → "1:15". */
export function formatCountdown(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
}
