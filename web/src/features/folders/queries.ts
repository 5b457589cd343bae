import { type LibraryFile, type LibraryFolder, unwrap } from "@streamverse/client";
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";

import { api } from "../../app/api";

export type { LibraryFile, LibraryFolder };
export type FolderKind = LibraryFolder["kind"];
export type FileCount = keyof LibraryFolder["counts"];
export const KINDS: readonly FolderKind[] = ["mixed", "films", "shows"];

const foldersKey = ["folders"] as const;
// While media is at work the numbers change by themselves.
const isUnderWay = (folder: LibraryFolder) =>
  folder.is_scanning ||
  [folder.counts.taken, folder.counts.waiting, folder.counts.growing].some((count) => count > 0);

export const foldersQuery = queryOptions({
  queryKey: foldersKey,
  queryFn: async () => (await unwrap(api.GET("/api/v1/admin/folders"))).items,
  refetchInterval: (query) => {
    const folders = query.state.data ?? [];
    if (folders.some((folder) => folder.is_scanning)) return 1_000;
    return folders.some(isUnderWay) ? 5_000 : 30_000;
  },
});

export const placesQuery = (path: string) =>
  queryOptions({
    queryKey: [...foldersKey, "places", path],
    queryFn: async () =>
      (await unwrap(api.GET("/api/v1/admin/folders/places", { params: { query: { path } } })))
        .items,
    retry: false,
  });

export const filesQuery = (folderId: string, which: FileCount) =>
  infiniteQueryOptions({
    queryKey: [...foldersKey, folderId, which],
    queryFn: ({ pageParam: cursor }) =>
      unwrap(
        api.GET("/api/v1/admin/folders/{folder_id}/files", {
          params: { path: { folder_id: folderId }, query: { which, cursor } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });

const useSettled = () => {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: foldersKey });
};

export interface FolderWords {
  kind: FolderKind;
  is_watched: boolean;
}

export function useAddFolder() {
  return useMutation({
    mutationFn: (body: FolderWords & { path: string }) =>
      unwrap(api.POST("/api/v1/admin/folders", { body })),
    onSettled: useSettled(),
  });
}

export function useChangeFolder(id: string) {
  return useMutation({
    mutationFn: (body: FolderWords) =>
      unwrap(
        api.PUT("/api/v1/admin/folders/{folder_id}", { params: { path: { folder_id: id } }, body }),
      ),
    onSettled: useSettled(),
  });
}

export function useRemoveFolder(id: string) {
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE("/api/v1/admin/folders/{folder_id}", { params: { path: { folder_id: id } } }),
      ),
    onSettled: useSettled(),
  });
}

export function useScan(id: string) {
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/v1/admin/folders/{folder_id}/scan", { params: { path: { folder_id: id } } }),
      ),
    onSettled: useSettled(),
  });
}

export type Decision =
  | { type: "film"; name: string; year: number | null }
  | { type: "episode"; show: string; season: number; number: number; name: string }
  | { type: "extra"; name: string; of_title_id: string; extra: "trailer" | "bonus" }
  | { type: "set_aside" }
  | { type: "take_again" };

export function useDecide(fileId: string) {
  return useMutation({
    mutationFn: (decision: Decision) =>
      unwrap(
        api.POST("/api/v1/admin/folders/files/{file_id}", {
          params: { path: { file_id: fileId } },
          body: { decision },
        }),
      ),
    onSettled: useSettled(),
  });
}
