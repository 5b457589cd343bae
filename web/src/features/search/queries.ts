import { type SearchHit, unwrap } from "@streamverse/client";
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "../../app/api";
import type { WantedSearch } from "../../app/search";

const historyKey = ["search", "history"] as const;

/** What was found, best first; the last results stay until the next are there. */
export function resultsQuery({ q = "", ...filters }: WantedSearch) {
  return queryOptions({
    queryKey: ["search", "results", q, filters],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/search", { params: { query: { query: q, ...filters } }, signal })),
    enabled: q !== "",
    placeholderData: keepPreviousData,
  });
}

/** What somebody may be about to type. */
export function proposalsQuery(words: string) {
  return queryOptions({
    queryKey: ["search", "proposals", words],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/search/suggestions", { params: { query: { query: words } }, signal }),
      ),
    enabled: words !== "",
    placeholderData: keepPreviousData,
  });
}

export const trendingQuery = queryOptions({
  queryKey: ["search", "trending"],
  queryFn: () => unwrap(api.GET("/api/v1/search/trending")),
});

export const historyQuery = queryOptions({
  queryKey: historyKey,
  queryFn: () => unwrap(api.GET("/api/v1/search/history")),
});

function useHistoryChanged() {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: historyKey });
}

/** Keep what was searched, and what somebody went on to; a failure disturbs nobody. */
export function useRemember() {
  return useMutation({
    mutationFn: ({ words, chosen }: { words: string; chosen?: SearchHit }) =>
      unwrap(
        api.POST("/api/v1/search/history", {
          body: {
            query: words,
            ...(chosen ? { chosen: { kind: chosen.kind, id: chosen.id } } : {}),
          },
        }),
      ),
    onSuccess: useHistoryChanged(),
  });
}

export function useForget() {
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(
        api.DELETE("/api/v1/search/history/{search_id}", { params: { path: { search_id: id } } }),
      ),
    onSuccess: useHistoryChanged(),
  });
}

export function useClearHistory() {
  return useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/v1/search/history")),
    onSuccess: useHistoryChanged(),
  });
}

export function searchesQuery(days: number) {
  return queryOptions({
    queryKey: ["search", "searches", days],
    queryFn: () => unwrap(api.GET("/api/v1/admin/searches", { params: { query: { days } } })),
    placeholderData: keepPreviousData,
  });
}

export function useRebuild() {
  return useMutation({ mutationFn: () => unwrap(api.POST("/api/v1/admin/search/rebuild")) });
}

export type { SearchHit };
