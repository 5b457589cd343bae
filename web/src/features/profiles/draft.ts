import type { Profile, Profiles } from "@streamverse/client";

import { ADULT_AGE, KIDS_LIMIT, type ProfileDraft } from "./queries";

/** Somebody new, with a face that nobody of the family has. */
export function newDraft({ items, presets }: Profiles): ProfileDraft {
  const taken = new Set(items.map((profile) => profile.avatar));
  const free = presets.find(({ avatar }) => !taken.has(avatar)) ?? presets[0];
  return {
    name: "",
    is_kids: false,
    maturity_limit: ADULT_AGE,
    pin_above_age: null,
    language: items[0]?.language ?? "en",
    ...(free === undefined ? {} : { avatar: free.avatar }),
  };
}

/** The limit after kids mode was turned on or off: never more than what is seen in kids mode. */
export function limitFor(isKids: boolean, limit: number): number {
  return isKids ? Math.min(limit, KIDS_LIMIT) : limit;
}

/** Only what is different; the face is set apart from this. */
export function changesOf(profile: Profile, draft: ProfileDraft): Partial<ProfileDraft> {
  return {
    ...(draft.name !== profile.name && { name: draft.name }),
    ...(draft.is_kids !== profile.is_kids && { is_kids: draft.is_kids }),
    ...(draft.maturity_limit !== profile.maturity_limit && {
      maturity_limit: draft.maturity_limit,
    }),
    ...(draft.pin_above_age !== profile.pin_above_age && { pin_above_age: draft.pin_above_age }),
    ...(draft.language !== profile.language && { language: draft.language }),
  };
}
