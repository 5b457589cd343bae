import { useCallback, useEffect, useRef, useState } from "react";

const IDLE_AFTER_MS = 2_800;

export interface Idleness {
  isIdle: boolean;
  /** Somebody did something. */
  wake: () => void;
  /** Put the controls away at once. */
  sleep: () => void;
}

/** Notice when nobody has moved or pressed anything for a while. */
export function useIdle(): Idleness {
  const [isIdle, setIsIdle] = useState(false);
  const timer = useRef<number>(undefined);
  const sleep = useCallback(() => setIsIdle(true), []);
  const wake = useCallback(() => {
    setIsIdle(false);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(sleep, IDLE_AFTER_MS);
  }, [sleep]);
  useEffect(() => {
    timer.current = window.setTimeout(sleep, IDLE_AFTER_MS);
    return () => window.clearTimeout(timer.current);
  }, [sleep]);
  return { isIdle, wake, sleep };
}
