import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { WatchedContext } from "../catalog/WatchedBar";
import { useCurrentProfile } from "../profiles/queries";
import { fetchProgress } from "./progress";

/** So many titles the server tells of at once. */
const MOST_AT_ONCE = 100;

/** Tell everything beneath how far the profile is with some titles. */
export function Watched({ ids, children }: { ids: readonly string[]; children: ReactNode }) {
  const profileId = useCurrentProfile()?.id;
  const watched = useQuery({
    queryKey: ["progress", profileId, ids],
    staleTime: 0,
    enabled: profileId !== undefined && ids.length > 0,
    queryFn: () => fetchWatched(profileId ?? "", ids),
  });
  return <WatchedContext value={(id) => watched.data?.get(id) ?? null}>{children}</WatchedContext>;
}

async function fetchWatched(
  profileId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const starts = Array.from({ length: Math.ceil(ids.length / MOST_AT_ONCE) }, (_, n) => n);
  const pages = await Promise.all(
    starts.map((n) =>
      fetchProgress(profileId, ids.slice(n * MOST_AT_ONCE, (n + 1) * MOST_AT_ONCE)),
    ),
  );
  return new Map(
    pages
      .flat()
      .map((one) => [one.title_id, one.is_finished ? 1 : one.position_ms / one.duration_ms]),
  );
}
