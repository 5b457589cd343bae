import { useEffect, useState } from "react";

/** The whole seconds left until an instant; null without one. */
export function useCountdown(untilMs: number | null): number | null {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (untilMs === null) return;
    const tick = () => setNowMs(Date.now());
    const first = window.setTimeout(tick, 0);
    const timer = window.setInterval(tick, 250);
    return () => {
      window.clearTimeout(first);
      window.clearInterval(timer);
    };
  }, [untilMs]);
  if (untilMs === null) return null;
  return Math.max(0, Math.ceil((untilMs - nowMs) / 1000));
}
