/** What the page of matches and the editor ask of the sources, through the server. */
import {
  type MatchCandidate,
  type MatchSource,
  type TitleMatch,
  unwrap,
} from "@streamverse/client";
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";

import { api } from "../../app/api";

export type { MatchCandidate, TitleMatch };
export type MatchState = TitleMatch["state"];
export type Decision =
  { type: "chosen"; source: MatchSource; number: string } | { type: "none" } | { type: "fetch" };

const matchesKey = ["matches"] as const;

export const matchesQuery = (which: MatchState) =>
  infiniteQueryOptions({
    queryKey: [...matchesKey, which],
    queryFn: ({ pageParam: cursor }) =>
      unwrap(api.GET("/api/v1/admin/matches", { params: { query: { which, cursor } } })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

export const candidatesQuery = (titleId: string, wanted: { name: string; year: number | null }) =>
  queryOptions({
    queryKey: [...matchesKey, "candidates", titleId, wanted],
    queryFn: async () =>
      (
        await unwrap(
          api.GET("/api/v1/admin/matches/{title_id}/candidates", {
            params: { path: { title_id: titleId }, query: wanted },
          }),
        )
      ).items,
    retry: false,
    staleTime: 60_000,
  });

export function useDecideMatch(titleId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (decision: Decision) =>
      unwrap(
        api.POST("/api/v1/admin/matches/{title_id}", {
          params: { path: { title_id: titleId } },
          body: { decision },
        }),
      ),
    // Not waited for: the editor that asked begins anew with what is fetched.
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: matchesKey });
      void queryClient.invalidateQueries({ queryKey: ["titles"] });
    },
  });
}

/** Where the small picture of an entry is shown, through our own server. */
export function pictureOf(candidate: MatchCandidate): string | null {
  if (candidate.picture === null) return null;
  return `/api/v1/admin/matches/picture?picture=${encodeURIComponent(candidate.picture)}`;
}
