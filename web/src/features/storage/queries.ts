import { type Census, unwrap } from "@streamverse/client";
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";

import { api } from "../../app/api";

export const storageQuery = infiniteQueryOptions({
  queryKey: ["storage"],
  queryFn: ({ pageParam: cursor }) =>
    unwrap(api.GET("/api/v1/media/storage", { params: { query: { cursor } } })),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
});

export const tenantsStorageQuery = queryOptions({
  queryKey: ["storage", "tenants"],
  retry: false,
  queryFn: async () => (await unwrap(api.GET("/api/v1/media/storage/tenants"))).items,
});

export const retentionQuery = queryOptions({
  queryKey: ["retention"],
  queryFn: () => unwrap(api.GET("/api/v1/media/retention")),
});

export const RULES = ["source_days", "failed_days", "refused_days", "upload_hours"] as const;
export type Rule = (typeof RULES)[number];

export function useChooseRetention() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: Partial<Record<Rule, number>>) =>
      unwrap(api.PATCH("/api/v1/media/retention", { body })),
    onSuccess: (kept) => queryClient.setQueryData(retentionQuery.queryKey, kept),
  });
}

const isUnderWay = (census: Census | undefined) => census?.finished_at === null;

export const censusesQuery = queryOptions({
  queryKey: ["storage", "orphans"],
  retry: false,
  queryFn: async () => (await unwrap(api.GET("/api/v1/media/storage/orphans"))).items,
  refetchInterval: (query) => (isUnderWay(query.state.data?.[0]) ? 1_000 : false),
});

export function useOrderCensus() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (isDryRun: boolean) =>
      unwrap(api.POST("/api/v1/media/storage/orphans", { body: { is_dry_run: isDryRun } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: censusesQuery.queryKey }),
  });
}
