import { unwrap } from "@streamverse/client";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "../../app/api";
import { saveFile } from "../../app/take-along";

export type SheetForm = "csv" | "json";

/** A file of titles goes as it is, which the API's document has no words for. */
function sent(file: File) {
  return {
    body: file as never,
    bodySerializer: (body: unknown) => body as Blob,
    headers: { "Content-Type": formOf(file) === "json" ? "application/json" : "text/csv" },
  };
}

export function formOf(file: { name: string }): SheetForm {
  return file.name.toLowerCase().endsWith(".json") ? "json" : "csv";
}

export function usePreview() {
  return useMutation({
    mutationFn: (file: File) =>
      unwrap(
        api.POST("/api/v1/admin/titles/import/preview", {
          params: { query: { form: formOf(file) } },
          ...sent(file),
        }),
      ),
  });
}

export function useApply() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ file, fingerprint }: { file: File; fingerprint: string }) =>
      unwrap(
        api.POST("/api/v1/admin/titles/import", {
          params: { query: { form: formOf(file), fingerprint } },
          ...sent(file),
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries(),
  });
}

/** Save all titles: as many files as it takes. */
export function useExport() {
  return useMutation({
    mutationFn: async (form: SheetForm) => {
      let after: string | null = null;
      for (let part = 1; part === 1 || after !== null; part += 1) {
        const query: { form: SheetForm; after?: string } = { form };
        if (after !== null) query.after = after;
        const answering = api.GET("/api/v1/admin/titles/export", {
          params: { query },
          parseAs: "blob",
        });
        const content: Blob = await unwrap(answering);
        after = (await answering).response.headers.get("X-Next-After");
        const isWhole = part === 1 && after === null;
        saveFile(content, isWhole ? `titles.${form}` : `titles-${part}.${form}`);
      }
    },
  });
}
