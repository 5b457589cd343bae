import { type LivePlayer, type LiveState, webPlatform } from "@streamverse/player";
import { useCallback, useEffect, useMemo, useState } from "react";

import { whyEnded } from "../player/sessions";
import { useChosenQuality, useTeller } from "../player/use-telling";
import type { OpenLiveSession } from "./queries";

const REOPEN_AT_MOST_EVERY_MS = 30_000;

/** Whether a session goes on, was ended by others, or is being asked about. */
export type SessionFate = "open" | "asking" | "ended";

/** Tell the server how a session of a stream goes, and notice that it is over. */
export function useLiveSession(
  player: LivePlayer | null,
  state: LiveState,
  session: OpenLiveSession,
  onReopen: () => void,
): SessionFate {
  const [isEnded, setIsEnded] = useState(false);
  const { session_id: id, wishedAtMs } = session;
  const told = useMemo(
    () => player?.told(() => webPlatform.nowMs() - wishedAtMs) ?? null,
    [player, wishedAtMs],
  );
  const onEnded = useCallback(
    (by: string) => {
      // After a long silence, as of a device that slept, it goes on in a session of its own.
      if (by === "silence") return onReopen();
      player?.obey({ do: "pause" });
      setIsEnded(true);
    },
    [player, onReopen],
  );
  useTeller(told, session, onEnded);
  useChosenQuality(player, id);
  // Addresses end with their session: whoever has ended it did not mean for a moment.
  const isRefused = state.status === "failed" && state.problem?.kind === "expired";
  const [hasAsked, setHasAsked] = useState(false);
  useEffect(() => {
    if (!isRefused) return undefined;
    let isOld = false;
    void whyEnded(id).then((by) => {
      if (isOld) return;
      if (by !== null && by !== "silence") setIsEnded(true);
      else if (webPlatform.nowMs() - wishedAtMs > REOPEN_AT_MOST_EVERY_MS) return onReopen();
      setHasAsked(true);
    });
    return () => {
      isOld = true;
    };
  }, [isRefused, id, wishedAtMs, onReopen]);
  if (isEnded) return "ended";
  return isRefused && !hasAsked ? "asking" : "open";
}
