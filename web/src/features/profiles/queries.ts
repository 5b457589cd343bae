import { type Profile, unwrap } from "@streamverse/client";
import {
  type QueryClient,
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { redirect } from "@tanstack/react-router";

import { api } from "../../app/api";
import { profilesSearch } from "../../app/search";
import { ME_KEY } from "../../app/query-client";

export const PROFILES_LIMIT = 8;
export const ADULT_AGE = 18;
export const KIDS_LIMIT = 12;
export const AGES = [0, 6, 12, 16, 18] as const;
export const GATED_AGES = [0, 6, 12, 16] as const;

/** The PIN of an adult profile, which shows that a grown-up is asking. */
export interface Proof {
  profile_id: string;
  pin: string;
}

export const profilesQuery = queryOptions({
  queryKey: ["profiles"],
  staleTime: 60_000,
  queryFn: () => unwrap(api.GET("/api/v1/users/me/profiles")),
});

export function useProfiles() {
  return useQuery(profilesQuery);
}

/** Who watches now; undefined before anyone has said so. */
export function useCurrentProfile(): Profile | undefined {
  return useProfiles().data?.items.find((profile) => profile.is_current);
}

export function isAdult(profile: Profile): boolean {
  return !profile.is_kids && profile.maturity_limit >= ADULT_AGE;
}

/** Whose PINs show that a grown-up is asking. */
export function lockedAdults(family: readonly Profile[]): Profile[] {
  return family.filter((profile) => profile.has_pin && isAdult(profile));
}

const path = (id: string) => ({ params: { path: { profile_id: id } } });

export interface Choosing {
  id: string;
  pin?: string;
  proof?: Proof;
}

async function switchProfile(queryClient: QueryClient, choosing: Choosing): Promise<Profile> {
  const { id, pin, proof } = choosing;
  const body = { pin: pin ?? null, proof: proof ?? null };
  const chosen = await unwrap(
    api.POST("/api/v1/users/me/profiles/{profile_id}/switch", { ...path(id), body }),
  );
  queryClient.setQueryData(profilesQuery.queryKey, (family) =>
    family === undefined
      ? undefined
      : {
          ...family,
          items: family.items.map((profile) => ({ ...profile, is_current: profile.id === id })),
        },
  );
  // What one person was shown is not what the next one is shown.
  const kept: readonly unknown[] = [ME_KEY[0], profilesQuery.queryKey[0]];
  queryClient.removeQueries({ predicate: (query) => !kept.includes(query.queryKey[0]) });
  return chosen;
}

/** Ask who watches before the first page of a log-in, where there is anything to ask. */
export async function ensureProfileChosen(queryClient: QueryClient, next: string): Promise<void> {
  const family = await queryClient.query({ ...profilesQuery, staleTime: ageOfLogIn(queryClient) });
  if (family.items.some((profile) => profile.is_current)) return;
  const [only, ...others] = family.items;
  if (only === undefined || others.length > 0 || only.has_pin) {
    throw redirect({ to: "/profiles", search: profilesSearch({ next }) });
  }
  await switchProfile(queryClient, { id: only.id });
}

/** How old an answer may be that was given to the present log-in, and not to one before. */
function ageOfLogIn(queryClient: QueryClient): number {
  return Date.now() - (queryClient.getQueryState(ME_KEY)?.dataUpdatedAt ?? 0);
}

export function useSwitchProfile() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (choosing: Choosing) => switchProfile(queryClient, choosing),
  });
}

export interface ProfileDraft {
  name: string;
  is_kids: boolean;
  maturity_limit: number;
  /** What is for an age above it asks for a PIN before it plays; null to ask never. */
  pin_above_age: number | null;
  language: string;
  avatar?: string;
}

/** Do something about the family, and ask afterwards how it is now. */
function useFamilyMutation<Given, Answer>(act: (given: Given) => Promise<Answer>) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSettled: () => queryClient.invalidateQueries({ queryKey: profilesQuery.queryKey }),
  });
}

export function useAddProfile() {
  return useFamilyMutation((body: ProfileDraft & { proof?: Proof }) =>
    unwrap(api.POST("/api/v1/users/me/profiles", { body })),
  );
}

export function useChangeProfile() {
  return useFamilyMutation(
    ({ id, ...body }: Partial<ProfileDraft> & { id: string; proof?: Proof }) =>
      unwrap(api.PATCH("/api/v1/users/me/profiles/{profile_id}", { ...path(id), body })),
  );
}

export function useRemoveProfile() {
  return useFamilyMutation((id: string) =>
    unwrap(api.DELETE("/api/v1/users/me/profiles/{profile_id}", path(id))),
  );
}

export function useSetPin() {
  return useFamilyMutation(({ id, ...body }: { id: string; pin: string; proof?: Proof }) =>
    unwrap(api.PUT("/api/v1/users/me/profiles/{profile_id}/pin", { ...path(id), body })),
  );
}

export function useTakePinOff() {
  return useFamilyMutation((id: string) =>
    unwrap(api.DELETE("/api/v1/users/me/profiles/{profile_id}/pin", path(id))),
  );
}

export function useSetPicture() {
  return useFamilyMutation(({ id, picture }: { id: string; picture: Blob }) =>
    unwrap(
      api.PUT("/api/v1/users/me/profiles/{profile_id}/avatar", {
        ...path(id),
        // The body is the picture itself, which the API's document has no words for.
        body: picture as never,
        bodySerializer: (body: unknown) => body as Blob,
        headers: { "Content-Type": picture.type },
      }),
    ),
  );
}
