import { type Title, type TitleCard, unwrap } from "@streamverse/client";
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";

import { api } from "../../app/api";

const POLL_MS = 2_000;
const PAGE_SIZE = 36;

export function pollWhile(isChanging: boolean | undefined): number | false {
  return isChanging === true ? POLL_MS : false;
}

export function isChanging(card: Pick<TitleCard, "state">): boolean {
  return card.state === "processing" || card.state === "playable";
}

export const homeQuery = queryOptions({
  queryKey: ["titles", "home"],
  queryFn: () => unwrap(api.GET("/api/v1/home/rails")),
  refetchInterval: (query) =>
    pollWhile(query.state.data?.rails.some((rail) => rail.items.some(isChanging))),
});

/** The library page by page, newest first; with words, what is called like that. */
export function titlesQuery(words = "") {
  return infiniteQueryOptions({
    queryKey: ["titles", "list", words],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/titles", {
          params: {
            query: {
              limit: PAGE_SIZE,
              ...(words === "" ? {} : { query: words }),
              ...(pageParam === null ? {} : { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function titleQuery(id: string) {
  return queryOptions({
    queryKey: ["titles", "one", id],
    queryFn: () =>
      unwrap(api.GET("/api/v1/titles/{title_id}", { params: { path: { title_id: id } } })),
    refetchInterval: (query) => pollWhile(query.state.data && isChanging(query.state.data)),
  });
}

export interface TitleChange {
  name?: string;
  description?: string;
  credit?: string;
  year?: number | null;
}

/** Change a title; whatever lists it is fetched anew. */
export function useChangeTitle(id: string) {
  const keep = useKeepTitle(id);
  return useMutation({
    mutationFn: (body: TitleChange) =>
      unwrap(api.PATCH("/api/v1/titles/{title_id}", { params: { path: { title_id: id } }, body })),
    onSuccess: keep,
  });
}

export function usePublishing(id: string) {
  const keep = useKeepTitle(id);
  const params = { path: { title_id: id } };
  return useMutation({
    mutationFn: (isPublished: boolean) =>
      unwrap(
        isPublished
          ? api.POST("/api/v1/titles/{title_id}/publish", { params })
          : api.POST("/api/v1/titles/{title_id}/unpublish", { params }),
      ),
    onSuccess: keep,
  });
}

export function useDeleteTitle(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () =>
      unwrap(api.DELETE("/api/v1/titles/{title_id}", { params: { path: { title_id: id } } })),
    onSuccess: async () => {
      queryClient.removeQueries({ queryKey: titleQuery(id).queryKey });
      await queryClient.invalidateQueries({ queryKey: ["titles"] });
    },
  });
}

/** What was deleted and can be brought back. */
export const deletedQuery = infiniteQueryOptions({
  queryKey: ["titles", "deleted"],
  initialPageParam: null as string | null,
  queryFn: ({ pageParam }) =>
    unwrap(
      api.GET("/api/v1/admin/titles/deleted", {
        params: { query: pageParam === null ? {} : { cursor: pageParam } },
      }),
    ),
  getNextPageParam: (page) => page.next_cursor,
});

/** Bring a deleted title back, or let it go for good. */
export function useBin(id: string) {
  const queryClient = useQueryClient();
  const params = { path: { title_id: id } };
  const onSuccess = () => queryClient.invalidateQueries({ queryKey: ["titles"] });
  return {
    restore: useMutation({
      mutationFn: () => unwrap(api.POST("/api/v1/admin/titles/{title_id}/restore", { params })),
      onSuccess,
    }),
    purge: useMutation({
      mutationFn: () =>
        unwrap(api.DELETE("/api/v1/admin/titles/{title_id}/permanently", { params })),
      onSuccess,
    }),
  };
}

function useKeepTitle(id: string) {
  const queryClient = useQueryClient();
  return () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: titleQuery(id).queryKey }),
      queryClient.invalidateQueries({ queryKey: homeQuery.queryKey }),
      queryClient.invalidateQueries({ queryKey: ["titles", "list"] }),
    ]);
}

export type { Title, TitleCard };
