import { type Activity, unwrap } from "@streamverse/client";
import { infiniteQueryOptions } from "@tanstack/react-query";

import { api } from "../../app/api";

export interface ActivityFilters {
  readonly kind: string;
  readonly accountId: string;
}

/** What happened around everybody's log-ins, for staff. */
export function staffActivityQuery({ kind, accountId }: ActivityFilters) {
  return infiniteQueryOptions({
    queryKey: ["staff-activity", kind, accountId],
    queryFn: ({ pageParam: cursor }) =>
      unwrap(
        api.GET("/api/v1/admin/activity", {
          params: {
            query: {
              ...(kind !== "" && { kind: kind as Activity["kind"] }),
              ...(accountId !== "" && { account_id: accountId }),
              cursor,
              limit: 50,
            },
          },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}
