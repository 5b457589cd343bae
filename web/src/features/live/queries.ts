import { unwrap } from "@streamverse/client";
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

/** The address at which a stream is watched; asked for anew each time that it goes live. */
export const livePlaybackQuery = (id: string, liveSince: string | null) =>
  queryOptions({
    queryKey: [...streamsKey, id, "playback", liveSince],
    queryFn: () =>
      unwrap(
        api.POST("/api/v1/live/streams/{stream_id}/playback", {
          params: { path: { stream_id: id } },
        }),
      ),
    enabled: liveSince !== null,
    staleTime: Infinity,
    gcTime: 0,
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
