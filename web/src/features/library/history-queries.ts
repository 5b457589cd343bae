import { unwrap } from "@streamverse/client";
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";

import { api } from "../../app/api";

const path = (profileId: string) => ({ profile_id: profileId });

export function streamsQuery(profileId: string) {
  return infiniteQueryOptions({
    queryKey: ["history", profileId, "streams"],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/v1/users/{profile_id}/history/streams", {
          params: {
            path: path(profileId),
            query: pageParam === null ? {} : { cursor: pageParam },
          },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function statisticsQuery(profileId: string) {
  return queryOptions({
    queryKey: ["history", profileId, "statistics"],
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/users/{profile_id}/history/stats", { params: { path: path(profileId) } }),
      ),
  });
}

/** Take one entry out, or all of them. */
export function useForgetting(profileId: string) {
  const queryClient = useQueryClient();
  const onSettled = async () => {
    await queryClient.invalidateQueries({ queryKey: ["history"] });
    await queryClient.invalidateQueries({ queryKey: ["titles", "home"] });
    queryClient.removeQueries({ queryKey: ["progress"] });
  };
  return {
    remove: useMutation({
      mutationFn: (streamId: string) =>
        unwrap(
          api.DELETE("/api/v1/users/{profile_id}/history/streams/{stream_id}", {
            params: { path: { ...path(profileId), stream_id: streamId } },
          }),
        ),
      onSettled,
    }),
    clear: useMutation({
      mutationFn: () =>
        unwrap(
          api.DELETE("/api/v1/users/{profile_id}/history/streams", {
            params: { path: path(profileId) },
          }),
        ),
      onSettled,
    }),
  };
}

export type FileForm = "json" | "csv";

export function useHistoryExport(profileId: string) {
  return useMutation({
    mutationFn: (form: FileForm): Promise<Blob> =>
      unwrap(
        api.POST("/api/v1/users/{profile_id}/history/export", {
          params: { path: path(profileId), query: { form } },
          parseAs: "blob",
        }),
      ),
  });
}
