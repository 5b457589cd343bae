/** What the editor of titles asks the server. */
import { type TitleDocument, type TitlePatch, unwrap } from "@streamverse/client";
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";

import { api } from "../../app/api";

export function documentQuery(id: string) {
  return queryOptions({
    queryKey: ["titles", "document", id],
    queryFn: () =>
      unwrap(api.GET("/api/v1/admin/titles/{title_id}", { params: { path: { title_id: id } } })),
  });
}

/** Whatever shows titles is fetched anew, once something about one is changed. */
function useForget() {
  const queryClient = useQueryClient();
  // Not waited for: the form that asked begins anew with what is fetched, and would not hear of it.
  return () => {
    void queryClient.invalidateQueries({ queryKey: ["titles"] });
  };
}

export function useEditTitle(id: string) {
  return useMutation({
    mutationFn: (body: TitlePatch) =>
      unwrap(
        api.PATCH("/api/v1/admin/titles/{title_id}", { params: { path: { title_id: id } }, body }),
      ),
    onSuccess: useForget(),
  });
}

export function useEditTitles() {
  return useMutation({
    mutationFn: (body: { title_ids: string[]; change: TitlePatch }) =>
      unwrap(api.POST("/api/v1/admin/titles/bulk", { body })),
    onSuccess: useForget(),
  });
}

export function useSchedule(id: string) {
  return useMutation({
    mutationFn: (at: string) =>
      unwrap(
        api.POST("/api/v1/admin/titles/{title_id}/schedule", {
          params: { path: { title_id: id } },
          body: { at },
        }),
      ),
    onSuccess: useForget(),
  });
}

export function useGivePicture(id: string) {
  return useMutation({
    mutationFn: (picture: File) =>
      unwrap(
        api.PUT("/api/v1/admin/titles/{title_id}/picture", {
          params: { path: { title_id: id } },
          // The body is the picture itself, which the API's document has no words for.
          body: picture as never,
          bodySerializer: (body) => body as unknown as File,
          headers: { "Content-Type": "application/octet-stream" },
        }),
      ),
    onSuccess: useForget(),
  });
}

export function useRemovePicture(id: string) {
  return useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE("/api/v1/admin/titles/{title_id}/picture", {
          params: { path: { title_id: id } },
        }),
      ),
    onSuccess: useForget(),
  });
}

// --- collections --------------------------------------------------------------------------------

export const allCollectionsQuery = queryOptions({
  queryKey: ["titles", "collections", "all"],
  queryFn: () => unwrap(api.GET("/api/v1/admin/collections")),
});

export const allGenresQuery = queryOptions({
  queryKey: ["titles", "genres", "all"],
  queryFn: () => unwrap(api.GET("/api/v1/admin/genres")),
});

export function useChangeGenre(id: string) {
  return useMutation({
    mutationFn: (body: { name: string; names: Record<string, string>; parent_id: string | null }) =>
      unwrap(
        api.PUT("/api/v1/admin/genres/{genre_id}", { params: { path: { genre_id: id } }, body }),
      ),
    onSuccess: useForget(),
  });
}

export interface CollectionSaid {
  name: string;
  description: string;
  position: number;
  is_on_home: boolean;
  is_published: boolean;
  title_ids: string[];
}

/** Make a collection, or say everything about one anew. */
export function useSaveCollection(known: { id: string } | null) {
  return useMutation({
    mutationFn: ({ kind, ...said }: CollectionSaid & { kind: "collection" | "bundle" }) =>
      unwrap(
        known === null
          ? api.POST("/api/v1/admin/collections", { body: { kind, said } })
          : api.PUT("/api/v1/admin/collections/{collection_id}", {
              params: { path: { collection_id: known.id } },
              body: said,
            }),
      ),
    onSuccess: useForget(),
  });
}

export function useRemoveCollection() {
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(
        api.DELETE("/api/v1/admin/collections/{collection_id}", {
          params: { path: { collection_id: id } },
        }),
      ),
    onSuccess: useForget(),
  });
}

// --- what was changed ---------------------------------------------------------------------------

export const editsQuery = infiniteQueryOptions({
  queryKey: ["titles", "edits"],
  initialPageParam: null as string | null,
  queryFn: ({ pageParam: cursor }) =>
    unwrap(api.GET("/api/v1/admin/titles/edits", { params: { query: { cursor, limit: 10 } } })),
  getNextPageParam: (page) => page.next_cursor,
});

export function useUndo() {
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(
        api.POST("/api/v1/admin/titles/edits/{edit_id}/undo", {
          params: { path: { edit_id: id } },
        }),
      ),
    onSettled: useForget(),
  });
}

/** A few titles by some words, to choose one from. */
export function findQuery(words: string) {
  return queryOptions({
    queryKey: ["titles", "list", words, "few"],
    queryFn: () =>
      unwrap(api.GET("/api/v1/titles", { params: { query: { query: words, limit: 6 } } })),
    enabled: words.trim() !== "",
  });
}

export type { TitleDocument, TitlePatch };
