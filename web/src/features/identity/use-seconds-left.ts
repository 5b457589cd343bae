import { ApiProblem } from "@streamverse/client";
import { useEffect, useState } from "react";

/** How long the server still wants to be left alone after this refusal, in whole seconds. */
export function useSecondsLeft(error: unknown): number {
  const asked = error instanceof ApiProblem ? (error.retryAfterSeconds ?? 0) : 0;
  const [tick, setTick] = useState({ error, left: asked });
  useEffect(() => {
    if (asked <= 0) return;
    const until = Date.now() + asked * 1000;
    const timer = window.setInterval(() => {
      const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
      setTick({ error, left });
      if (left === 0) window.clearInterval(timer);
    }, 250);
    return () => window.clearInterval(timer);
  }, [asked, error]);
  return tick.error === error ? tick.left : asked;
}
