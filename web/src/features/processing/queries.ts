import { type ProcessingItem, unwrap } from "@streamverse/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "../../app/api";

export const processingQuery = queryOptions({
  queryKey: ["processing"],
  queryFn: async () => (await unwrap(api.GET("/api/v1/processing"))).items,
  // A finished list is still looked at now and then: an import may begin elsewhere.
  refetchInterval: (query) => (query.state.data?.some(isActive) ? 1_500 : 10_000),
});

export const workersQuery = queryOptions({
  queryKey: ["workers"],
  queryFn: async () => (await unwrap(api.GET("/api/v1/workers"))).items,
  refetchInterval: 5_000,
});

/** Work that was given up: it waits for somebody to say that it may be tried again. */
export const deadJobsQuery = queryOptions({
  queryKey: ["jobs", "dead"],
  queryFn: async () =>
    (await unwrap(api.GET("/api/v1/jobs", { params: { query: { state: "dead", limit: 100 } } })))
      .items,
  refetchInterval: 10_000,
});

export function isActive(item: ProcessingItem): boolean {
  return item.stage !== "ready" && item.stage !== "failed";
}

export function useJobCommand(command: "cancel" | "retry") {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (jobId: string) => {
      const params = { path: { job_id: jobId } };
      return unwrap(
        command === "cancel"
          ? api.POST("/api/v1/jobs/{job_id}/cancel", { params })
          : api.POST("/api/v1/jobs/{job_id}/retry", { params }),
      );
    },
    onSettled: () =>
      Promise.all(
        [processingQuery.queryKey, deadJobsQuery.queryKey].map((queryKey) =>
          queryClient.invalidateQueries({ queryKey }),
        ),
      ),
  });
}
