import { unwrap } from "@streamverse/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "../../app/api";

export type Span = "today" | "week" | "month";

/** What is to come today, within seven days, or within a month. */
export function scheduleQuery(span: Span) {
  return queryOptions({
    queryKey: ["schedule", span],
    queryFn: () => {
      if (span === "today") return unwrap(api.GET("/api/v1/schedule/today"));
      if (span === "week") return unwrap(api.GET("/api/v1/schedule/week"));
      return unwrap(api.GET("/api/v1/schedule"));
    },
  });
}

export function remindersQuery(profileId: string) {
  return queryOptions({
    queryKey: ["reminders", profileId],
    queryFn: () =>
      unwrap(
        api.GET("/api/v1/users/{profile_id}/reminders", {
          params: { path: { profile_id: profileId } },
        }),
      ),
  });
}

/** Be reminded of a title, or no longer. */
export function useReminder(profileId: string, titleId: string) {
  const queryClient = useQueryClient();
  const of = { params: { path: { profile_id: profileId, title_id: titleId } } };
  return useMutation({
    mutationFn: (isWanted: boolean) =>
      unwrap(
        isWanted
          ? api.PUT("/api/v1/users/{profile_id}/reminders/{title_id}", of)
          : api.DELETE("/api/v1/users/{profile_id}/reminders/{title_id}", of),
      ),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["reminders", profileId] }),
  });
}
