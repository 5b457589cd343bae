import { ApiProblem, type PlaybackSession, unwrap } from "@streamverse/client";
import { type Marker, webPlatform } from "@streamverse/player";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";

import { api, isCode, isStatus } from "../../app/api";
import type { Proof } from "../profiles/queries";

const ASK_AGAIN_MS = 250;
/** A connection whose line broke may take minutes to notice: it is asked anew on another. */
const ANSWERED_WITHIN_MS = 20_000;

/** An open session, and when it was wished for by the player's clock. */
export interface OpenSession extends PlaybackSession {
  readonly wishedAtMs: number;
  /** The stretches of the title that have a name: its intro, its credits, its chapters. */
  readonly stretches: readonly Marker[];
}

/** A stream of the same account, to choose the one to end. */
export interface RunningStream {
  readonly id: string;
  readonly device: string;
  readonly title: string | null;
  readonly since: string;
}

async function openSession(
  titleId: string,
  resumes: string | null,
  proof: Proof | null = null,
): Promise<OpenSession> {
  const wishedAtMs = webPlatform.nowMs();
  const device = { codecs: webPlatform.codecs(), max_height: null };
  const body = { title_id: titleId, device, resumes, proof };
  const signal = AbortSignal.timeout(ANSWERED_WITHIN_MS);
  const opened = await unwrap(api.POST("/api/v1/player/sessions/enhanced", { body, signal }));
  const stretches = opened.markers.map(({ kind, start_ms, end_ms, label }) => ({
    kind,
    startSeconds: start_ms / 1000,
    endSeconds: end_ms / 1000,
    label,
  }));
  return { ...opened, wishedAtMs, stretches };
}

/** The session that a page begins with; the player asks for later ones itself. */
function sessionQuery(titleId: string) {
  return queryOptions({
    queryKey: ["playback", titleId],
    queryFn: () => openSession(titleId, null),
    staleTime: Infinity,
    gcTime: 0,
    retry: (count, error) => count < 2 && !(error instanceof ApiProblem),
    refetchInterval: ({ state }) => (isNotYet(state.error) ? ASK_AGAIN_MS : false),
  });
}

export function isNotYet(error: unknown): boolean {
  return isCode(error, "playback.title_not_playable_yet");
}

/** What stands in the way when as many watch as may; null for any other refusal. */
export function tooManyStreams(
  error: unknown,
): { limit: number; streams: readonly RunningStream[] } | null {
  if (!isCode(error, "playback.too_many_streams") || !(error instanceof ApiProblem)) return null;
  return error.facts as { limit: number; streams: readonly RunningStream[] };
}

/** Whose PINs open a title that asks for one; null for any other refusal. */
export function pinOpeners(error: unknown): readonly string[] | null {
  if (!isCode(error, "playback.pin_needed") || !(error instanceof ApiProblem)) return null;
  return (error.facts as { profile_ids: readonly string[] }).profile_ids;
}

/** Whether no further try will help until somebody does something. */
function isFinal(error: unknown): boolean {
  return isStatus(error, 403) || isStatus(error, 404) || tooManyStreams(error) !== null;
}

export function endSession(sessionId: string): Promise<unknown> {
  return unwrap(
    api.DELETE("/api/v1/player/sessions/{session_id}", {
      params: { path: { session_id: sessionId } },
    }),
  );
}

/** Whether somebody else has ended a session; one that fell silent goes on in another. */
async function isEndedByOthers(sessionId: string): Promise<boolean> {
  const by = await whyEnded(sessionId);
  return by === "chosen" || by === "staff";
}

/** Why a session is over; null while it is not, or nobody knows. */
export async function whyEnded(session_id: string): Promise<string | null> {
  const path = "/api/v1/player/sessions/{session_id}/analytics";
  const signal = AbortSignal.timeout(ANSWERED_WITHIN_MS);
  try {
    return (await unwrap(api.GET(path, { params: { path: { session_id } }, signal }))).ended_by;
  } catch {
    return null; // What stands in the way is said to whoever opens one.
  }
}

/** The session of a title, the one that goes on when addresses are renewed, and why none is. */
export function useSession(titleId: string, isPlayable: boolean) {
  const queryClient = useQueryClient();
  const asked = useQuery({ ...sessionQuery(titleId), enabled: isPlayable });
  const [later, setLater] = useState<{ of: string; session: OpenSession } | null>(null);
  const [refusal, setRefusal] = useState<{ of: string; error: unknown } | null>(null);
  const [endedId, setEndedId] = useState<string | null>(null);
  const latest = useRef<OpenSession | null>(null);
  /** The session whose end the viewer knows of and goes on after. */
  const gotOver = useRef<string | null>(null);
  const current = (later?.of === titleId ? later.session : null) ?? asked.data ?? null;
  const first = asked.data?.session_id;
  const renew = useCallback(async () => {
    const known = latest.current?.playback.title_id === titleId ? latest.current : null;
    const ownId = known?.session_id ?? first ?? null;
    try {
      // Addresses end with their session: whoever has ended it did not mean for a moment.
      if (ownId !== null && ownId !== gotOver.current && (await isEndedByOthers(ownId))) {
        setEndedId(ownId);
        throw new Error("Somebody has ended this session.");
      }
      const session = await openSession(titleId, ownId);
      // The same one goes on: its moments still count from its first wish.
      const isSame = session.session_id === ownId;
      latest.current = session;
      if (!isSame) setLater({ of: titleId, session });
      return session;
    } catch (error) {
      if (isFinal(error)) setRefusal({ of: titleId, error });
      throw error;
    }
  }, [titleId, first]);
  const { refetch } = asked;
  const startAnew = useCallback(() => {
    setRefusal(null);
    setLater(null);
    latest.current = null;
  }, []);
  const askAgain = useCallback(() => {
    startAnew();
    return refetch();
  }, [refetch, startAnew]);
  /** Open it with the PIN that it asks for; rejects with what the server says of a wrong one. */
  const unlock = async (proof: Proof) => {
    const session = await openSession(titleId, null, proof);
    startAnew();
    queryClient.setQueryData(sessionQuery(titleId).queryKey, session);
  };
  const getOverEnd = useCallback(() => {
    gotOver.current = latest.current?.session_id ?? first ?? null;
    setEndedId(null);
  }, [first]);
  const refused = refusal?.of === titleId ? refusal.error : asked.error;
  const isEnded = endedId !== null && endedId === current?.session_id;
  const end = { isEnded, getOverEnd };
  return { asked, session: current, first: asked.data, renew, refused, askAgain, unlock, end };
}
