import { ApiProblem, type Profile } from "@streamverse/client";
import { Button, buttonClass, Skeleton } from "@streamverse/ui";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { ArrowLeft, Settings2 } from "lucide-react";
import { useState } from "react";

import { sentenceOf } from "../app/api";
import { useText } from "../app/i18n";
import { safeNext } from "../app/safe-next";
import { useErrorToast } from "../app/use-error-toast";
import { ProblemNotice } from "../features/ProblemNotice";
import { PinPad } from "../features/profiles/PinPad";
import { ProfileFrame } from "../features/profiles/ProfileFrame";
import { ProfilePicture } from "../features/profiles/ProfilePicture";
import { AddFace, labelOf, ProfileFace, ProfileGrid, tile } from "../features/profiles/ProfileTile";
import { PROFILES_LIMIT, useProfiles, useSwitchProfile } from "../features/profiles/queries";
import { useGrownUp } from "../features/profiles/use-grown-up";

const route = getRouteApi("/member/profiles");

export function WhosWatchingPage() {
  const text = useText();
  const { locked, choose, goAs, giveUp, dialog } = useChoosing();
  return (
    <ProfileFrame title={text.profiles.who}>
      {locked === null ? (
        <Family onChoose={choose} />
      ) : (
        <Locked profile={locked} onEnter={(pin) => goAs(locked, pin)} onBack={giveUp} />
      )}
      {dialog}
    </ProfileFrame>
  );
}

/** Go on as somebody: at once, or once the PIN is right. */
function useChoosing() {
  const showError = useErrorToast();
  const router = useRouter();
  const { next } = route.useSearch();
  const switching = useSwitchProfile();
  const grownUp = useGrownUp();
  const [locked, setLocked] = useState<Profile | null>(null);

  const goAs = async (profile: Profile, pin?: string) => {
    const chosen = await grownUp.run(
      (proof) =>
        switching.mutateAsync({
          id: profile.id,
          ...(pin === undefined ? {} : { pin }),
          ...(proof === undefined ? {} : { proof }),
        }),
      true,
    );
    if (chosen !== undefined) router.history.push(safeNext(next));
  };

  const choose = async (profile: Profile) => {
    if (profile.has_pin) {
      setLocked(profile);
      return;
    }
    try {
      await goAs(profile);
    } catch (error) {
      const isLocked = error instanceof ApiProblem && error.code === "profiles.pin_required";
      if (isLocked) setLocked(profile);
      else showError(error);
    }
  };

  return { locked, choose, goAs, giveUp: () => setLocked(null), dialog: grownUp.dialog };
}

function Family({ onChoose }: { onChoose: (profile: Profile) => Promise<void> }) {
  const text = useText();
  const profiles = useProfiles();
  const family = profiles.data?.items ?? [];
  return (
    <div className="grid animate-rise justify-items-center gap-10 sm:gap-14">
      <h1 className="text-center text-4xl font-extrabold sm:text-6xl">{text.profiles.who}</h1>
      {profiles.isPending && <Skeleton className="h-44 w-80" />}
      {profiles.isError && (
        <ProblemNotice
          sentence={sentenceOf(profiles.error, text)}
          onRetry={() => void profiles.refetch()}
        />
      )}
      <ProfileGrid>
        {family.map((profile) => (
          <li key={profile.id}>
            <button
              type="button"
              aria-label={labelOf(profile, text)}
              onClick={() => void onChoose(profile)}
              className={tile}
            >
              <ProfileFace profile={profile} />
            </button>
          </li>
        ))}
        {profiles.isSuccess && family.length < PROFILES_LIMIT && (
          <li>
            <Link to="/profiles/manage" search={{ profile: "new" }} className={tile}>
              <AddFace />
            </Link>
          </li>
        )}
      </ProfileGrid>
      <Link to="/profiles/manage" className={buttonClass("secondary")}>
        <Settings2 aria-hidden size={18} />
        {text.profiles.manage}
      </Link>
    </div>
  );
}

interface LockedProps {
  profile: Profile;
  onEnter: (pin: string) => Promise<void>;
  onBack: () => void;
}

function Locked({ profile, onEnter, onBack }: LockedProps) {
  const text = useText();
  return (
    <div
      className="grid animate-rise justify-items-center gap-4"
      onKeyDown={(event) => {
        if (event.key === "Escape") onBack();
      }}
    >
      <ProfilePicture url={profile.avatar_url} className="w-20 sm:w-24" />
      <div className="grid gap-1 text-center">
        <h1 className="text-3xl font-extrabold sm:text-4xl">
          {text.profiles.pin.title(profile.name)}
        </h1>
        <p className="text-muted">{text.profiles.pin.intro}</p>
      </div>
      <PinPad onEnter={onEnter} isFocused />
      <Button variant="quiet" icon={<ArrowLeft aria-hidden size={18} />} onClick={onBack}>
        {text.profiles.back}
      </Button>
      <details className="max-w-sm text-center text-sm text-muted">
        <summary className="min-h-11 cursor-pointer content-center font-semibold">
          {text.profiles.pin.forgotten}
        </summary>
        {text.profiles.pin.forgottenBody}
      </details>
    </div>
  );
}
