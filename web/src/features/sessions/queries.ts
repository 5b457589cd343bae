import { unwrap } from "@streamverse/client";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";

import { api } from "../../app/api";

const LOOK_EVERY_MS = 5_000;

export type Grouping = "title" | "device" | "region" | "network";

export type WhichSessions = "running" | "past" | "reported";

/** Who watches, followed as it goes; who has watched; or of what something was reported. */
export function sessionsQuery(which: WhichSessions) {
  return infiniteQueryOptions({
    queryKey: ["sessions", "list", which],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/api/v1/admin/sessions", {
          params: {
            query: {
              ...(which === "reported"
                ? { is_reported: true }
                : { is_running: which === "running" }),
              ...(pageParam === null ? {} : { cursor: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: which === "running" ? LOOK_EVERY_MS : false,
  });
}

export function summariesQuery(by: Grouping, days: number) {
  return queryOptions({
    queryKey: ["sessions", "quality", by, days],
    queryFn: () =>
      unwrap(api.GET("/api/v1/admin/sessions/quality", { params: { query: { by, days } } })),
    placeholderData: keepPreviousData,
  });
}

/** One session, followed while it runs. */
export function sessionQuery(id: string) {
  return queryOptions({
    queryKey: ["sessions", "one", id],
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/player/sessions/{session_id}/analytics", {
          params: { path: { session_id: id } },
        }),
      ),
    refetchInterval: ({ state }) => (state.data?.ended_at === null ? LOOK_EVERY_MS : false),
  });
}
