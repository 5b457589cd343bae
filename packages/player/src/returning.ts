import type { PlayerProblem } from "./problem";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 4_000;

/** After so many failures to connect anew another way is taken. */
export const MOST_FAILURES = 20;

/**
 * How long to wait before coming back: longer each time, and not all at the same instant, as
 * thousands may have lost the same server.
 */
export function waitBeforeReturnMs(attempt: number, chance = Math.random()): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  return longest * (0.5 + chance / 2);
}

/** How much a failure counts: no server may be over soon, what is refused or gone stays so. */
export function weightOf({ kind }: PlayerProblem): number {
  if (kind === "unreachable") return 1;
  // Nothing came on a way that was agreed on: twice is enough.
  return kind === "unsupported" ? Math.ceil(MOST_FAILURES / 2) : MOST_FAILURES;
}
