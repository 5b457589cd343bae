import { unwrap } from "@streamverse/client";
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";

import { api } from "../../app/api";
import { uploadsQuery } from "./uploads";

export const bucketsQuery = queryOptions({
  queryKey: ["buckets"],
  staleTime: 60_000,
  queryFn: async () => (await unwrap(api.GET("/api/v1/uploads/buckets"))).items,
});

/** The files in a folder of a bucket, by name. */
export const objectsQuery = (bucket: string, folder: string) =>
  infiniteQueryOptions({
    queryKey: ["buckets", bucket, folder],
    queryFn: ({ pageParam: cursor }) =>
      unwrap(
        api.GET("/api/v1/uploads/buckets/{bucket}/objects", {
          params: { path: { bucket }, query: { folder, cursor, limit: 100 } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

export interface NewImport {
  url: string;
  title: string;
  sha256: string;
}

export function useFetchFromAddress() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (order: NewImport) =>
      unwrap(
        api.POST("/api/v1/uploads/from-url", { body: { credit: "", description: "", ...order } }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: uploadsQuery.queryKey }),
  });
}

export function useFetchFromBucket() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (order: { bucket: string; keys: string[] }) =>
      unwrap(api.POST("/api/v1/uploads/from-bucket", { body: { credit: "", ...order } })),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: uploadsQuery.queryKey }),
  });
}
