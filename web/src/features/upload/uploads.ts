import { type Upload, unwrap } from "@streamverse/client";
import { Store } from "@streamverse/player";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";

import { api } from "../../app/api";
import { type QueuedFile, UploadQueue, type UploadServer } from "./queue";
import { Sidecars } from "./sidecars";
import type { Protection } from "./transfer";

const server: UploadServer = {
  async list(): Promise<Upload[]> {
    const page = await unwrap(api.GET("/api/v1/uploads", { params: { query: { limit: 100 } } }));
    return page.items;
  },
  async remove(uploadId) {
    await unwrap(
      api.DELETE("/api/v1/uploads/{upload_id}", { params: { path: { upload_id: uploadId } } }),
    );
  },
  async renameTitle(titleId, name) {
    await unwrap(
      api.PATCH("/api/v1/titles/{title_id}", {
        params: { path: { title_id: titleId } },
        body: { name },
      }),
    );
  },
};

/** One queue for the page's whole life, so that uploads go on while one looks elsewhere. */
export const uploads = new UploadQueue(server);
export const sidecars = new Sidecars(uploads);

window.addEventListener("online", () => uploads.retryNow());
window.addEventListener("beforeunload", (event) => {
  if (uploads.isBusy()) event.preventDefault();
});

export const uploadsQuery = queryOptions({
  queryKey: ["uploads"],
  queryFn: () => server.list(),
  refetchInterval: (query) =>
    query.state.data?.some(({ state }) => state === "checking" || state === "fetching")
      ? 1_500
      : false,
});

export function removeUpload(uploadId: string): Promise<void> {
  return server.remove(uploadId);
}

export function useQueuedFiles(): readonly QueuedFile[] {
  return useSyncExternalStore(uploads.store.subscribe, uploads.store.get).files;
}

/** How the next files are to be encrypted, once somebody has said so on this page. */
const wishes = new Store<{ protection: Protection | null }>({ protection: null });

export function wishedProtection(): Protection | null {
  return wishes.get().protection;
}

export function wishProtection(protection: Protection): void {
  wishes.set({ protection });
}

const defaultProtectionQuery = queryOptions({
  queryKey: ["uploads", "protection"],
  queryFn: async () => {
    const page = await unwrap(api.GET("/api/v1/uploads", { params: { query: { limit: 1 } } }));
    return page.protection;
  },
  staleTime: Infinity,
});

/** How the next files will be encrypted; null while the service has not said what it does. */
export function useProtection(): Protection | null {
  const { protection } = useSyncExternalStore(wishes.subscribe, wishes.get);
  const { data = null } = useQuery(defaultProtectionQuery);
  return protection ?? data;
}
