import { type Pictures, type Subtitle, unwrap } from "@streamverse/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "../../app/api";

const POLL_MS = 1_500;

const path = (id: string) => ({ params: { path: { asset_id: id } } });

export function picturesQuery(id: string) {
  return queryOptions({
    queryKey: ["media", id, "pictures"],
    queryFn: () => unwrap(api.GET("/api/v1/assets/{asset_id}/pictures", path(id))),
    refetchInterval: (query) => (query.state.data?.is_being_made === true ? POLL_MS : false),
  });
}

export function subtitlesQuery(id: string) {
  return queryOptions({
    queryKey: ["media", id, "subtitles"],
    queryFn: async () =>
      (await unwrap(api.GET("/api/v1/assets/{asset_id}/subtitles", path(id)))).items,
    refetchInterval: (query) =>
      query.state.data?.some(({ state }) => state === "preparing") ? POLL_MS : false,
  });
}

/** Change which picture stands for a title; every list shows it. */
function usePosterMutation<Given>(id: string, act: (given: Given) => Promise<Pictures>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: (pictures) => {
      queryClient.setQueryData(picturesQuery(id).queryKey, pictures);
      return queryClient.invalidateQueries({ queryKey: ["titles"] });
    },
  });
}

export function useChoosePoster(id: string) {
  return usePosterMutation(id, (pictureId: string) =>
    unwrap(
      api.PUT("/api/v1/assets/{asset_id}/poster", { ...path(id), body: { picture_id: pictureId } }),
    ),
  );
}

export function useUploadPoster(id: string) {
  return usePosterMutation(id, (picture: File) =>
    unwrap(
      api.POST("/api/v1/assets/{asset_id}/poster", {
        ...path(id),
        // The body is the picture itself, which the API's document has no words for.
        body: picture as never,
        bodySerializer: (body) => body as unknown as File,
        headers: { "Content-Type": "application/octet-stream" },
      }),
    ),
  );
}

export function useMakePictures(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/assets/{asset_id}/pictures/make", path(id))),
    onSettled: () => queryClient.invalidateQueries({ queryKey: picturesQuery(id).queryKey }),
  });
}

/** What is said of subtitles. */
export interface SubtitleWords {
  language: string | null;
  label: string | null;
  is_forced: boolean;
  is_sdh: boolean;
}

export function addSubtitles(id: string, file: File, words: SubtitleWords): Promise<Subtitle> {
  const { language, label, is_forced, is_sdh } = words;
  return unwrap(
    api.POST("/api/v1/assets/{asset_id}/subtitles", {
      params: {
        path: { asset_id: id },
        query: {
          is_forced,
          is_sdh,
          ...(language === null ? {} : { language }),
          ...(label === null ? {} : { label }),
        },
      },
      body: file as never,
      bodySerializer: (body) => body as unknown as File,
      headers: { "Content-Type": "application/octet-stream" },
    }),
  );
}

function useSubtitleMutation<Given, Answer>(id: string, act: (given: Given) => Promise<Answer>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSettled: () => queryClient.invalidateQueries({ queryKey: subtitlesQuery(id).queryKey }),
  });
}

export function useAddSubtitles(id: string) {
  return useSubtitleMutation(id, ({ file, words }: { file: File; words: SubtitleWords }) =>
    addSubtitles(id, file, words),
  );
}

export function useChangeSubtitles(id: string) {
  return useSubtitleMutation(
    id,
    ({ subtitleId, words }: { subtitleId: string; words: SubtitleWords }) =>
      unwrap(
        api.PATCH("/api/v1/assets/{asset_id}/subtitles/{subtitle_id}", {
          params: { path: { asset_id: id, subtitle_id: subtitleId } },
          body: words,
        }),
      ),
  );
}

export function useRemoveSubtitles(id: string) {
  return useSubtitleMutation(id, (subtitleId: string) =>
    unwrap(
      api.DELETE("/api/v1/assets/{asset_id}/subtitles/{subtitle_id}", {
        params: { path: { asset_id: id, subtitle_id: subtitleId } },
      }),
    ),
  );
}
