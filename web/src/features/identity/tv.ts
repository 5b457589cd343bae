/** Logging a television in: it asks again and again until somebody decides (RFC 8628). */
import { ApiProblem, ServerUnreachable } from "@streamverse/client";

export type TvOutcome<Answer> =
  { kind: "in"; answer: Answer } | { kind: "expired" } | { kind: "denied" };

const SLOWER_BY_S = 5;
const LONGEST_PAUSE_S = 60;

export interface Asking<Answer> {
  ask: () => Promise<Answer>;
  intervalS: number;
  /** Wait so long; it fails when nobody waits any more. */
  wait: (milliseconds: number) => Promise<void>;
  /** Told whether the server answers. */
  onReachable: (isReachable: boolean) => void;
}

/** Ask at the pace the server wants, more slowly while it is silent, until there is an outcome. */
export async function untilDecided<Answer>(asking: Asking<Answer>): Promise<TvOutcome<Answer>> {
  const { ask, wait, onReachable } = asking;
  let intervalS = asking.intervalS;
  let pauseS = intervalS;
  for (;;) {
    await wait(pauseS * 1000);
    try {
      return { kind: "in", answer: await ask() };
    } catch (error) {
      if (error instanceof ServerUnreachable) {
        onReachable(false);
        pauseS = Math.min(pauseS * 2, LONGEST_PAUSE_S);
        continue;
      }
      if (!(error instanceof ApiProblem)) throw error;
      onReachable(true);
      if (error.code === "identity.slow_down") intervalS += SLOWER_BY_S;
      else if (error.code === "identity.denied") return { kind: "denied" };
      else if (error.code !== "identity.authorization_pending") return { kind: "expired" };
      pauseS = intervalS;
    }
  }
}

/** A pause that ends early, by failing, when nobody waits any more. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
