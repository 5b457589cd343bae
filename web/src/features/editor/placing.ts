/** Putting titles into series, and series into order. */
import { unwrap } from "@streamverse/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api } from "../../app/api";
import { useText } from "../../app/i18n";
import { type Title, titleQuery } from "../catalog/queries";
import { useMay } from "../staff/queries";
import { type Numbered, renumbered } from "./numbering";

const MANY = 50;

/** The series that are called something like that. */
export function seriesQuery(words: string) {
  return queryOptions({
    queryKey: ["titles", "list", words, "series"],
    queryFn: async () => {
      const query = { query: words, limit: MANY };
      const found = await unwrap(api.GET("/api/v1/titles", { params: { query } }));
      return found.items.filter(({ kind }) => kind === "series");
    },
    enabled: words.trim() !== "",
  });
}

/** Where an episode shall stand; a series without an id is made. */
export interface Place {
  series: { id: string | null; name: string };
  season: number;
  number: number | null;
}

function useForget() {
  const queryClient = useQueryClient();
  return () => {
    void queryClient.invalidateQueries({ queryKey: ["titles"] });
  };
}

async function make(
  kind: "series" | "season",
  name: string,
  beneath: { parent_id: string; number: number } | null,
  isPublished: boolean,
): Promise<string> {
  const body = { kind, name, ...beneath };
  const { title } = await unwrap(api.POST("/api/v1/admin/titles", { body }));
  if (isPublished) {
    const params = { path: { title_id: title.id } };
    await unwrap(api.POST("/api/v1/titles/{title_id}/publish", { params }));
  }
  return title.id;
}

async function findSeason(seriesId: string, number: number): Promise<string | undefined> {
  const params = { path: { title_id: seriesId } };
  const beneath = await unwrap(api.GET("/api/v1/titles/{title_id}/children", { params }));
  return beneath.find((one) => one.kind === "season" && one.number === number)?.id;
}

/** Make a title an episode; what is missing above it is made, and shown if the title is. */
export function usePlace(title: Title) {
  const { catalog } = useText();
  const isShown = useMay("titles.publish") === true && title.is_published;
  return useMutation({
    mutationFn: async ({ series, season, number }: Place) => {
      const seriesId = series.id ?? (await make("series", series.name, null, isShown));
      const beneath = { parent_id: seriesId, number: season };
      const parentId =
        (await findSeason(seriesId, season)) ??
        (await make("season", catalog.seasonName(season), beneath, isShown));
      await place(title.id, { kind: "episode", parent_id: parentId, number });
    },
    onSettled: useForget(),
  });
}

/** Make an episode a film that stands by itself. */
export function useFree(titleId: string) {
  return useMutation({
    mutationFn: () => place(titleId, { kind: "movie", parent_id: null, number: null }),
    onSettled: useForget(),
  });
}

function place(
  id: string,
  body: { kind: "episode" | "movie"; parent_id: string | null; number: number | null },
) {
  const params = { path: { title_id: id } };
  return unwrap(api.POST("/api/v1/admin/titles/{title_id}/place", { params, body }));
}

/** Number seasons or episodes anew, so that they stand in an order. */
export function useOrder(parentId: string) {
  const queryClient = useQueryClient();
  const queryKey = [...titleQuery(parentId).queryKey, "children"];
  return useMutation({
    mutationFn: async (inOrder: readonly Numbered[]) => {
      for (const { id, number } of renumbered(inOrder)) {
        const params = { path: { title_id: id } };
        await unwrap(api.PATCH("/api/v1/admin/titles/{title_id}", { params, body: { number } }));
      }
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
  });
}
