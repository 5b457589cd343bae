import { type Preferences, unwrap } from "@streamverse/client";
import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef, useState } from "react";

import { api } from "../../app/api";
import { profilesQuery } from "../profiles/queries";
import { type Json, type JsonObject, mergePatch } from "./merge";
import { PatchQueue, type SaveState } from "./patch-queue";

const PATH = "/api/v1/users/me/profiles/{profile_id}/preferences";

export function preferencesQuery(profileId: string) {
  return queryOptions({
    queryKey: ["preferences", profileId],
    // The document calls optional what the server always sends.
    queryFn: async () =>
      (await unwrap(api.GET(PATH, { params: { path: { profile_id: profileId } } }))) as Preferences,
  });
}

/** What to change: as much of the preferences as shall be different, null for the default again. */
export type PreferencesPatch = {
  [Name in keyof Preferences]?: Preferences[Name] extends readonly unknown[]
    ? Preferences[Name] | null
    : Preferences[Name] extends object
      ? { [Inner in keyof Preferences[Name]]?: Preferences[Name][Inner] | null } | null
      : Preferences[Name] | null;
};

export interface Saving {
  state: SaveState;
  /** Show it at once, and save it. */
  change: (patch: PreferencesPatch) => void;
}

type Send = <Answer>(act: () => Promise<Answer>) => Promise<Answer | undefined>;

/** Save preferences as they change. `ask` may have to ask somebody first, and gives undefined if not. */
export function useSaving(
  profileId: string,
  ask: Send,
  onFailed: (error: unknown) => void,
): Saving {
  const queryClient = useQueryClient();
  const [state, setState] = useState<SaveState>("idle");
  const { queryKey } = preferencesQuery(profileId);

  const send = useEffectEvent((patch: JsonObject) =>
    ask(() =>
      unwrap(api.PATCH(PATH, { params: { path: { profile_id: profileId } }, body: patch })),
    ),
  );
  const settle = useEffectEvent((saved: object | undefined) => {
    if (saved === undefined) {
      setState("idle");
      void queryClient.invalidateQueries({ queryKey });
    } else queryClient.setQueryData(queryKey, saved as Preferences);
    void queryClient.invalidateQueries({ queryKey: profilesQuery.queryKey });
  });
  const fail = useEffectEvent((error: unknown) => {
    void queryClient.invalidateQueries({ queryKey });
    onFailed(error);
  });

  const queue = useRef<PatchQueue<object | undefined>>(null);
  useEffect(() => {
    const made = new PatchQueue<object | undefined>({
      send: (patch) => send(patch),
      onSaved: (saved) => settle(saved),
      onFailed: (error) => fail(error),
      onState: setState,
    });
    queue.current = made;
    return () => made.flush();
  }, []);

  const change = (patch: PreferencesPatch) => {
    const added = patch as JsonObject;
    queryClient.setQueryData(queryKey, (before) =>
      before === undefined
        ? undefined
        : (mergePatch(before as unknown as Json, withoutNulls(added)) as unknown as Preferences),
    );
    queue.current?.add(added);
  };
  return { state, change };
}

/** What is shown until the server has answered: it alone knows the defaults. */
function withoutNulls(patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== null));
}
