/** What the page of an account's data asks of the server, and does there. */
import { unwrap } from "@streamverse/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, isStatus } from "../../app/api";

const ASK_AGAIN_MS = 1_500;

function fetchExport() {
  return unwrap(api.GET("/api/v1/auth/account/export"));
}
export type DataCopy = Awaited<ReturnType<typeof fetchExport>>;

/** The copy that was asked for last; null before the first one. */
export const copyQuery = queryOptions({
  queryKey: ["privacy", "copy"],
  queryFn: async (): Promise<DataCopy | null> => {
    try {
      return await fetchExport();
    } catch (error) {
      if (isStatus(error, 404)) return null;
      throw error;
    }
  },
  refetchInterval: (query) => (query.state.data?.state === "waiting" ? ASK_AGAIN_MS : false),
});

export function useAskForCopy() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/auth/account/export")),
    onSuccess: (copy) => queryClient.setQueryData(copyQuery.queryKey, copy),
  });
}

export function useDownloadCopy() {
  return useMutation({
    mutationFn: (export_id: string) =>
      unwrap<Blob>(
        api.GET("/api/v1/auth/account/export/{export_id}/download", {
          params: { path: { export_id } },
          parseAs: "blob",
        }),
      ),
  });
}

function fetchConsents() {
  return unwrap(api.GET("/api/v1/auth/consents"));
}
export type Consents = Awaited<ReturnType<typeof fetchConsents>>;
export type Consent = Consents["items"][number];

export const consentsQuery = queryOptions({
  queryKey: ["privacy", "consents"],
  queryFn: fetchConsents,
});

export interface Decision {
  readonly version: string;
  readonly kind: Consent["kind"];
  readonly is_given: boolean;
}

export function useDecide() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ version, ...item }: Decision) =>
      unwrap(api.PUT("/api/v1/auth/consents", { body: { version, items: [item] } })),
    onSuccess: (consents) => queryClient.setQueryData(consentsQuery.queryKey, consents),
    onError: () => queryClient.invalidateQueries({ queryKey: consentsQuery.queryKey }),
  });
}

export function useDeactivate() {
  return useMutation({ mutationFn: () => unwrap(api.POST("/api/v1/auth/account/deactivate")) });
}

export function useDeleteAccount() {
  return useMutation({ mutationFn: () => unwrap(api.POST("/api/v1/auth/account/delete")) });
}
