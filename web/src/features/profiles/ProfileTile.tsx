import type { Profile } from "@streamverse/client";
import { cx } from "@streamverse/ui";
import { Lock, Pencil, Plus } from "lucide-react";
import type { ReactNode } from "react";

import { type Messages, useText } from "../../app/i18n";
import { ProfilePicture } from "./ProfilePicture";

export const tile =
  "group grid w-(--tile) justify-items-center gap-3 rounded-3xl p-2 outline-offset-2 transition-transform duration-200 ease-calm hover:scale-103";
const face =
  "w-full ring-1 ring-line transition-shadow duration-200 group-hover:ring-4 group-hover:ring-accent group-focus-visible:ring-4 group-focus-visible:ring-accent";

/** The faces of a family, side by side, as large as the screen allows. */
export function ProfileGrid({ children }: { children: ReactNode }) {
  return (
    <ul className="flex max-w-6xl flex-wrap justify-center gap-x-3 gap-y-5 [--tile:clamp(7.25rem,38vw,9rem)] sm:gap-x-6 sm:[--tile:clamp(8rem,13vw,12rem)]">
      {children}
    </ul>
  );
}

/** What a tile shows of somebody, for who sees it. */
export function ProfileFace({ profile, isEdited }: { profile: Profile; isEdited?: boolean }) {
  const text = useText();
  return (
    <>
      <span className="relative block w-full">
        <ProfilePicture url={profile.avatar_url} className={face} />
        {isEdited === true && (
          <span className="absolute inset-0 grid place-items-center rounded-[24%] bg-black/45 text-white">
            <Pencil aria-hidden className="size-1/4" />
          </span>
        )}
        {profile.has_pin && (
          <span className="absolute -end-1.5 -bottom-1.5 grid size-10 place-items-center rounded-full border-4 border-canvas bg-raised text-ink">
            <Lock aria-hidden size={17} />
          </span>
        )}
      </span>
      <span className="grid max-w-full justify-items-center gap-1">
        <span
          className={cx(
            "line-clamp-2 text-center text-lg font-semibold wrap-anywhere group-hover:text-ink",
            profile.is_current ? "text-accent-text" : "text-muted",
          )}
        >
          {profile.name}
        </span>
        {profile.is_kids && (
          <span className="rounded-full bg-accent-wash px-2.5 text-sm font-semibold text-accent-text">
            {text.profiles.kids}
          </span>
        )}
      </span>
    </>
  );
}

export function AddFace() {
  const text = useText();
  return (
    <>
      <span
        className={cx(
          face,
          "grid aspect-square place-items-center rounded-[24%] border-2 border-dashed border-line-strong/60 text-muted ring-0! group-hover:border-accent group-hover:text-ink",
        )}
      >
        <Plus aria-hidden className="size-1/3" />
      </span>
      <span className="text-lg font-semibold text-muted group-hover:text-ink">
        {text.profiles.add}
      </span>
    </>
  );
}

/** The same for who hears it. */
export function labelOf(profile: Profile, text: Messages): string {
  const notes = [
    profile.is_kids && text.profiles.kids,
    profile.has_pin && text.profiles.locked,
    profile.is_current && text.profiles.current,
  ].filter((note) => note !== false);
  return text.profiles.choose(profile.name, notes);
}
