import { unwrap, type Watchlist } from "@streamverse/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "../../app/api";
import { homeQuery } from "../catalog/queries";
import type { FileForm } from "./history-queries";

const of = (profileId: string) => ({ params: { path: { profile_id: profileId } } });

export function watchlistQuery(profileId: string) {
  return queryOptions({
    queryKey: ["watchlist", profileId],
    queryFn: () => unwrap(api.GET("/api/v1/users/{profile_id}/watchlist", of(profileId))),
  });
}

export function sharesQuery(profileId: string) {
  return queryOptions({
    queryKey: ["watchlist", profileId, "shares"],
    queryFn: () => unwrap(api.GET("/api/v1/users/{profile_id}/watchlist/shares", of(profileId))),
  });
}

export function sharedListQuery(token: string) {
  return queryOptions({
    queryKey: ["shared-list", token],
    queryFn: () => unwrap(api.GET("/api/v1/lists/{token}", { params: { path: { token } } })),
  });
}

/** Do something to a list, and ask afterwards how it is. */
function useListMutation<Given, Answer>(act: (given: Given) => Promise<Answer>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: ["watchlist"] }),
        queryClient.invalidateQueries({ queryKey: homeQuery.queryKey }),
      ]),
  });
}

export interface BulkChange {
  title_ids: string[];
  action: "move" | "tag" | "remove";
  folder_id?: string | null;
  added_tags?: string[];
}

export function useWatchlist(profileId: string) {
  const queryClient = useQueryClient();
  const reorder = useListMutation((title_ids: string[]) =>
    unwrap(
      api.POST("/api/v1/users/{profile_id}/watchlist/reorder", {
        ...of(profileId),
        body: { title_ids },
      }),
    ),
  );
  return {
    add: useListMutation((title_id: string) =>
      unwrap(
        api.POST("/api/v1/users/{profile_id}/watchlist", { ...of(profileId), body: { title_id } }),
      ),
    ),
    change: useListMutation((body: BulkChange) =>
      unwrap(api.POST("/api/v1/users/{profile_id}/watchlist/bulk", { ...of(profileId), body })),
    ),
    clear: useListMutation(() =>
      unwrap(api.DELETE("/api/v1/users/{profile_id}/watchlist/clear", of(profileId))),
    ),
    addFolder: useListMutation((name: string) =>
      unwrap(
        api.POST("/api/v1/users/{profile_id}/watchlist/folders", {
          ...of(profileId),
          body: { name },
        }),
      ),
    ),
    removeFolder: useListMutation((folder_id: string) =>
      unwrap(
        api.DELETE("/api/v1/users/{profile_id}/watchlist/folders/{folder_id}", {
          params: { path: { profile_id: profileId, folder_id } },
        }),
      ),
    ),
    share: useListMutation((folder_id: string | null) =>
      unwrap(
        api.POST("/api/v1/users/{profile_id}/watchlist/shares", {
          ...of(profileId),
          body: { folder_id },
        }),
      ),
    ),
    revoke: useListMutation((share_id: string) =>
      unwrap(
        api.DELETE("/api/v1/users/{profile_id}/watchlist/shares/{share_id}", {
          params: { path: { profile_id: profileId, share_id } },
        }),
      ),
    ),
    read: useListMutation((body: { content: string; form: FileForm }) =>
      unwrap(api.POST("/api/v1/users/{profile_id}/watchlist/import", { ...of(profileId), body })),
    ),
    /** Show the new order at once, then tell the server. */
    put: (items: Watchlist["items"]) => {
      queryClient.setQueryData(watchlistQuery(profileId).queryKey, (list) =>
        list === undefined ? undefined : { ...list, items },
      );
      reorder.mutate(items.map((item) => item.title.id));
    },
  };
}

export function useListExport(profileId: string) {
  return useMutation({
    mutationFn: (form: FileForm): Promise<Blob> =>
      unwrap(
        api.GET("/api/v1/users/{profile_id}/watchlist/export", {
          params: { path: { profile_id: profileId }, query: { form } },
          parseAs: "blob",
        }),
      ),
  });
}
