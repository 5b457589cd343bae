import type { TitleCard } from "@streamverse/client";
import { queryOptions, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { bundleQuery, collectionQuery } from "../catalog/pages";
import { useCurrentProfile } from "../profiles/queries";
import { arrange, everything } from "./arrange";
import { sharedListQuery, watchlistQuery } from "./list-queries";

/** What is played from one title to the next: its kind, and which one of that kind. */
const KINDS = ["list", "link", "collection", "bundle"] as const;

export type Through = `${(typeof KINDS)[number]}.${string}`;

export function isThrough(value: unknown): value is Through {
  return typeof value === "string" && KINDS.some((kind) => value.startsWith(`${kind}.`));
}

export function mayPlay({ state, locked_by }: TitleCard): boolean {
  return (state === "ready" || state === "playable") && locked_by === null;
}

/** Find what follows; null behind the last, and where a title is not in the list. */
export function following(titles: readonly TitleCard[], id: string): TitleCard | null {
  const at = titles.findIndex((title) => title.id === id);
  return at < 0 ? null : (titles.slice(at + 1).find(mayPlay) ?? null);
}

/** The title that follows in what is played through. */
export function useFollowing(through: Through | undefined, id: string): TitleCard | null {
  const profileId = useCurrentProfile()?.id;
  const queryClient = useQueryClient();
  const { data } = useQuery({
    ...titlesQuery(queryClient, through ?? "list.", profileId ?? ""),
    enabled: through !== undefined && profileId !== undefined,
  });
  return data === undefined ? null : following(data, id);
}

function titlesQuery(queryClient: QueryClient, through: Through, profileId: string) {
  return queryOptions({
    queryKey: ["playing-through", through, profileId],
    queryFn: () => titlesOf(queryClient, through, profileId),
  });
}

async function titlesOf(
  queryClient: QueryClient,
  through: Through,
  profileId: string,
): Promise<readonly TitleCard[]> {
  const dot = through.indexOf(".");
  const [kind, which] = [through.slice(0, dot), through.slice(dot + 1)];
  if (kind === "link") return (await queryClient.query(sharedListQuery(which))).items;
  if (kind === "collection") return (await queryClient.query(collectionQuery(which))).items;
  if (kind === "bundle") return (await queryClient.query(bundleQuery(which))).items;
  const { items } = await queryClient.query(watchlistQuery(profileId));
  return arrange(items, { ...everything, folder: which }).map(({ title }) => title);
}
