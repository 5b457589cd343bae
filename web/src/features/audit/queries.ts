import { unwrap } from "@streamverse/client";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { api } from "../../app/api";
import { type AuditFilters, auditQueryOf } from "./sentence";

/** Whether the log is whole; reading all of it takes a moment, so not at every glance. */
export const verdictQuery = queryOptions({
  queryKey: ["audit-log", "verdict"],
  staleTime: 60_000,
  queryFn: () => unwrap(api.GET("/api/v1/auth/audit-log/verify")),
});

export function auditQuery(filters: AuditFilters) {
  return infiniteQueryOptions({
    queryKey: ["audit-log", filters],
    queryFn: ({ pageParam: cursor }) =>
      unwrap(
        api.GET("/api/v1/auth/audit-log", {
          params: { query: { ...auditQueryOf(filters), cursor, limit: 50 } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}
