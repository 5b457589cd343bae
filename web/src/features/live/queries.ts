import { ApiProblem, type LiveSession, unwrap } from "@streamverse/client";
import { serverAheadMs, webPlatform } from "@streamverse/player";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "../../app/api";

const LOOK_AGAIN_MS = 4_000;
const streamsKey = ["live", "streams"] as const;

export const streamsQuery = queryOptions({
  queryKey: streamsKey,
  queryFn: () => unwrap(api.GET("/api/v1/live/streams")),
  refetchInterval: LOOK_AGAIN_MS,
});

export const streamQuery = (id: string) =>
  queryOptions({
    queryKey: [...streamsKey, id],
    queryFn: () =>
      unwrap(api.GET("/api/v1/live/streams/{stream_id}", { params: { path: { stream_id: id } } })),
    refetchInterval: LOOK_AGAIN_MS,
  });

export const keyQuery = (id: string) =>
  queryOptions({
    queryKey: [...streamsKey, id, "key"],
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/live/streams/{stream_id}/key", { params: { path: { stream_id: id } } }),
      ),
    // The key is for those who have just asked for it.
    gcTime: 0,
  });

/**
 * An open session of a stream, when it was wished for by the player's clock, and how far the
 * server's clock is ahead of that.
 */
export interface OpenLiveSession extends LiveSession {
  readonly wishedAtMs: number;
  readonly serverAheadMs: number;
}

async function openLiveSession(streamId: string): Promise<OpenLiveSession> {
  const wishedAtMs = webPlatform.nowMs();
  const body = { stream_id: streamId, device: { codecs: webPlatform.codecs(), max_height: null } };
  const opened = await unwrap(
    api.POST("/api/v1/player/sessions/live", { body: { ...body, resumes: null } }),
  );
  const times = { askedAtMs: wishedAtMs, answeredAtMs: webPlatform.nowMs() };
  const aheadMs = serverAheadMs({ ...times, serverTime: opened.server_time });
  return { ...opened, wishedAtMs, serverAheadMs: aheadMs };
}

/** The session that a stream is watched in; opened anew each time that it goes live. */
export const liveSessionQuery = (id: string, liveSince: string | null) =>
  queryOptions({
    queryKey: [...streamsKey, id, "session", liveSince],
    queryFn: () => openLiveSession(id),
    enabled: liveSince !== null,
    staleTime: Infinity,
    gcTime: 0,
    retry: (count, error) => count < 2 && !(error instanceof ApiProblem),
  });

const useSettled = () => {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: streamsKey });
};

export function useChangeKey(id: string) {
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/live/streams/{stream_id}/key", { params: { path: { stream_id: id } } }),
      ),
    onSettled: useSettled(),
  });
}
