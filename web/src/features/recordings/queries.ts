/** What recordings and clips ask the server. */
import { type LiveStream, unwrap } from "@streamverse/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "../../app/api";

const LOOK_AGAIN_MS = 5_000;

export type Keeping = Pick<LiveStream, "recordings" | "clips">;

const ofStream = (id: string) => ({ params: { path: { stream_id: id } } });
const ofTitle = (id: string) => ({ params: { path: { title_id: id } } });

export function useChooseKeeping(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: Keeping) =>
      unwrap(api.PATCH("/api/v1/live/streams/{stream_id}", { ...ofStream(id), body })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["live"] }),
  });
}

/** What was recorded of a stream; looked at again, as what is over is there a moment later. */
export const recordingsQuery = (id: string) =>
  queryOptions({
    queryKey: ["live", "recordings", id],
    queryFn: () => unwrap(api.GET("/api/v1/live/streams/{stream_id}/recordings", ofStream(id))),
    refetchInterval: LOOK_AGAIN_MS,
  });

export function useClip(id: string) {
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/live/streams/{stream_id}/clips", ofStream(id))),
  });
}

export const cutQuery = (id: string) =>
  queryOptions({
    queryKey: ["titles", "cut", id],
    queryFn: () => unwrap(api.GET("/api/v1/admin/titles/{title_id}/cut", ofTitle(id))),
    retry: false,
    // The small pictures of what is played now are made a moment later.
    refetchInterval: (query) => (query.state.data?.thumbnails_url === null ? LOOK_AGAIN_MS : false),
  });

function useForget() {
  const queryClient = useQueryClient();
  return () => void queryClient.invalidateQueries({ queryKey: ["titles"] });
}

export function useTrim(id: string) {
  return useMutation({
    mutationFn: (body: { start: number; stop: number }) =>
      unwrap(api.PUT("/api/v1/admin/titles/{title_id}/cut", { ...ofTitle(id), body })),
    onSuccess: useForget(),
  });
}

export function useSplit(id: string) {
  return useMutation({
    mutationFn: (body: { at: number; name: string }) =>
      unwrap(api.POST("/api/v1/admin/titles/{title_id}/split", { ...ofTitle(id), body })),
    onSuccess: useForget(),
  });
}

export function useTakePart(id: string) {
  return useMutation({
    mutationFn: (body: { start: number; stop: number; name: string }) =>
      unwrap(api.POST("/api/v1/admin/titles/{title_id}/parts", { ...ofTitle(id), body })),
    onSuccess: useForget(),
  });
}
