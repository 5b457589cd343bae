import { unwrap } from "@streamverse/client";
import {
  type LivePlayer,
  type Player,
  Teller,
  type ToldPlayer,
  webPlatform,
} from "@streamverse/player";
import { useCallback, useEffect, useState } from "react";

import { quietApi } from "../../app/api";
import type { OpenSession } from "./sessions";

const EVENTS = "/api/v1/player/events";

/** What it takes to tell of a session, of a title or of a stream. */
export type ToldSession = Pick<
  OpenSession,
  "session_id" | "events_token" | "heartbeat_ms" | "wishedAtMs"
>;

/** Tell the server how a session goes; gives back why it is over, if others have ended it. */
export function useTelling(player: Player | null, session: OpenSession) {
  const [ended, setEnded] = useState<{ of: string; by: string } | null>(null);
  const { session_id } = session;
  const onEnded = useCallback(
    (by: string) => {
      const isPlaying = player?.store.get().isPaused === false;
      // After a long silence, as of a device that slept, it goes on in a session of its own.
      if (by === "silence") return void (isPlaying && player.retry());
      player?.pause();
      setEnded({ of: session_id, by });
    },
    [player, session_id],
  );
  useTeller(player, session, onEnded);
  useChosenQuality(player, session_id);
  const forget = useCallback(() => setEnded(null), []);
  return { endedBy: ended?.of === session_id ? ended.by : null, forget };
}

/** Tell the server how a session goes, and hear that it has ended it. */
export function useTeller(
  player: ToldPlayer | null,
  session: ToldSession,
  onEnded: (by: string) => void,
): void {
  const { session_id, events_token: token, heartbeat_ms: heartbeatMs, wishedAtMs } = session;
  useEffect(() => {
    if (player === null) return;
    const batch = (events: object) => ({ session_id, token, events });
    const teller = new Teller({
      player,
      wishedAtMs,
      heartbeatMs,
      nowMs: () => webPlatform.nowMs(),
      send: async (events) => {
        const said = quietApi.POST(EVENTS, {
          body: batch(events) as never,
          // The token says whose it is: without a cookie nobody has to look that up.
          credentials: "omit",
          // A connection whose line broke would keep all later news waiting for minutes.
          signal: AbortSignal.timeout(heartbeatMs),
        });
        return (await unwrap(said)).ended_by;
      },
      sendLast: (events) => {
        const body = new Blob([JSON.stringify(batch(events))], { type: "application/json" });
        navigator.sendBeacon(EVENTS, body);
      },
      onEnded,
    });
    const stopListening = webPlatform.watchLeaving(() => teller.leave());
    return () => {
      stopListening();
      teller.leave();
    };
  }, [player, session_id, token, heartbeatMs, wishedAtMs, onEnded]);
}

/** Tell what the viewer has chosen by hand; that it is lost does no harm. */
export function useChosenQuality(player: Player | LivePlayer | null, sessionId: string): void {
  useEffect(() => {
    if (player === null) return;
    let before = player.store.get().chosenQuality;
    return player.store.subscribe(() => {
      const { chosenQuality, qualities } = player.store.get();
      if (chosenQuality === before) return;
      before = chosenQuality;
      const height = qualities.find(({ id }) => id === chosenQuality)?.height ?? null;
      const params = { path: { session_id: sessionId } };
      quietApi
        .POST("/api/v1/player/sessions/{session_id}/quality-switch", { params, body: { height } })
        .catch(() => undefined);
    });
  }, [player, sessionId]);
}
