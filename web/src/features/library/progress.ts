import { unwrap } from "@streamverse/client";
import { randomId, type WatchProgress } from "@streamverse/player";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef } from "react";

import { api } from "../../app/api";
import { useCurrentProfile } from "../profiles/queries";

/** What was told last: whoever asks how far a film is waits until it has arrived. */
let lastReport: Promise<unknown> = Promise.resolve();

export function progressQuery(profileId: string, titleId: string) {
  return queryOptions({
    queryKey: ["progress", profileId, titleId],
    staleTime: 0,
    queryFn: async () => (await fetchProgress(profileId, [titleId]))[0] ?? null,
  });
}

/** How far a profile is with some titles, what was told last taken in. */
export async function fetchProgress(profileId: string, titleIds: readonly string[]) {
  await lastReport;
  const found = await unwrap(
    api.GET("/api/v1/users/{profile_id}/progress", {
      params: { path: { profile_id: profileId }, query: { title_id: [...titleIds] } },
    }),
  );
  return found.items;
}

/** Which episode of a series a profile goes on with; null where it is new to them or at its end. */
export function useContinued(seriesId: string) {
  const profileId = useCurrentProfile()?.id;
  return useQuery({
    queryKey: ["progress", profileId, "series", seriesId],
    staleTime: 0,
    enabled: profileId !== undefined,
    queryFn: async () => {
      await lastReport;
      const found = await unwrap(
        api.GET("/api/v1/users/{profile_id}/continue-watching/{title_id}", {
          params: { path: { profile_id: profileId ?? "", title_id: seriesId } },
        }),
      );
      return found.items[0] ?? null;
    },
  });
}

/** Where a film goes on, in seconds; null where it would begin anew. */
export function useResumeSeconds(titleId: string): number | null {
  const profile = useCurrentProfile();
  const asked = useQuery({
    ...progressQuery(profile?.id ?? "", titleId),
    enabled: profile !== undefined,
  });
  const resumeAtMs = asked.data?.resume_at_ms ?? null;
  return resumeAtMs === null ? null : resumeAtMs / 1000;
}

/** Where to begin to play: undefined until it is known; what cannot be known is the start. */
export function useResumePoint(titleId: string): number | undefined {
  const profile = useCurrentProfile();
  const asked = useQuery({
    ...progressQuery(profile?.id ?? "", titleId),
    enabled: profile !== undefined,
    retry: false,
    gcTime: 0,
  });
  if (profile === undefined || asked.isError) return 0;
  // What an earlier page knew may be old: the answer of this one counts.
  if (!asked.isFetchedAfterMount) return undefined;
  return (asked.data?.resume_at_ms ?? 0) / 1000;
}

/** Tell the server how far a film is, each page of a film as one sitting. */
export function useProgressReporter(titleId: string): (progress: WatchProgress) => void {
  const profileId = useCurrentProfile()?.id;
  const queryClient = useQueryClient();
  const sitting = useRef<{ key: string; id: string; sequence: number } | null>(null);
  return useCallback(
    (progress) => {
      if (profileId === undefined) return;
      const key = `${profileId} ${titleId}`;
      if (sitting.current?.key !== key) {
        sitting.current = { key, id: randomId(), sequence: 0 };
      }
      sitting.current.sequence += 1;
      const body = {
        viewing_id: sitting.current.id,
        sequence: sitting.current.sequence,
        position_ms: Math.round(progress.positionSeconds * 1000),
        duration_ms: Math.round(progress.durationSeconds * 1000),
        watched_ms: Math.round(progress.watchedSeconds * 1000),
      };
      const params = { path: { profile_id: profileId, title_id: titleId } };
      // The page may be on its way out: the request outlives it. One that is lost does no harm.
      const sent = api
        .PUT("/api/v1/users/{profile_id}/progress/{title_id}", { params, body, keepalive: true })
        .catch(() => undefined);
      lastReport = sent;
      void sent.then(() => queryClient.invalidateQueries({ predicate: isAboutWatching }));
    },
    [profileId, titleId, queryClient],
  );
}

function isAboutWatching({ queryKey }: { queryKey: readonly unknown[] }): boolean {
  const [first, second] = queryKey;
  return first === "history" || (first === "titles" && second === "home");
}
