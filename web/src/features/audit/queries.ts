import { unwrap } from "@streamverse/client";
import { infiniteQueryOptions } from "@tanstack/react-query";

import { api } from "../../app/api";
import { type AuditFilters, auditQueryOf } from "./sentence";

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
