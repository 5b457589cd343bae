import type { Profile } from "@streamverse/client";
import { Skeleton, Spinner } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Check } from "lucide-react";

import { sentenceOf } from "../app/api";
import { useText } from "../app/i18n";
import { useErrorToast } from "../app/use-error-toast";
import { PageHeading } from "../features/PageHeading";
import type { SaveState } from "../features/preferences/patch-queue";
import { preferencesQuery, useSaving } from "../features/preferences/queries";
import {
  DownloadSection,
  LanguageSection,
  NotificationSection,
  ParentalSection,
  PlaybackSection,
  PrivacySection,
} from "../features/preferences/sections";
import { SubtitleSection } from "../features/preferences/SubtitleSection";
import { ProblemNotice } from "../features/ProblemNotice";
import { useProfiles } from "../features/profiles/queries";
import { useGrownUp } from "../features/profiles/use-grown-up";

const route = getRouteApi("/member/layout/account/preferences");
const SECTIONS = [
  "languages",
  "subtitles",
  "playback",
  "downloads",
  "notifications",
  "privacy",
  "parental",
] as const;

export function PreferencesPage() {
  const text = useText();
  const { profile: wanted } = route.useSearch();
  const profiles = useProfiles();
  const family = profiles.data?.items ?? [];
  const profile =
    family.find(({ id }) => id === wanted) ?? family.find((each) => each.is_current) ?? family[0];
  return (
    <div className="gutter mx-auto max-w-6xl">
      <PageHeading
        title={text.preferences.title}
        intro={profile === undefined ? "" : text.preferences.intro(profile.name)}
      />
      {profiles.isError && (
        <ProblemNotice
          sentence={sentenceOf(profiles.error, text)}
          onRetry={() => void profiles.refetch()}
        />
      )}
      {profile === undefined ? (
        <Skeleton className="h-96" />
      ) : (
        <PreferencesOf key={profile.id} profile={profile} />
      )}
    </div>
  );
}

function PreferencesOf({ profile }: { profile: Profile }) {
  const text = useText();
  const showError = useErrorToast();
  const preferences = useQuery(preferencesQuery(profile.id));
  const grownUp = useGrownUp();
  const saving = useSaving(profile.id, (act) => grownUp.run(act), showError);
  if (preferences.isPending) return <Skeleton className="h-96" />;
  if (preferences.isError) {
    return (
      <ProblemNotice
        sentence={sentenceOf(preferences.error, text)}
        onRetry={() => void preferences.refetch()}
      />
    );
  }
  const shown = { preferences: preferences.data, change: saving.change };
  return (
    <div className="grid gap-8 lg:grid-cols-[12rem_minmax(0,1fr)]">
      <nav aria-label={text.preferences.sections} className="hidden lg:block">
        <ul className="sticky top-24 grid gap-1">
          {SECTIONS.map((section) => (
            <li key={section}>
              <a
                href={`#${section}`}
                className="flex min-h-11 items-center rounded-full px-4 font-semibold text-muted transition-colors hover:bg-hover hover:text-ink"
              >
                {text.preferences[section].title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div className="grid min-w-0 gap-6">
        <LanguageSection {...shown} />
        <SubtitleSection {...shown} />
        <PlaybackSection {...shown} />
        <DownloadSection {...shown} />
        <NotificationSection {...shown} />
        <PrivacySection {...shown} />
        <ParentalSection {...shown} />
      </div>
      <SaveStatus state={saving.state} />
      {grownUp.dialog}
    </div>
  );
}

/** A word in the corner, out of the way, that goes away by itself. */
function SaveStatus({ state }: { state: SaveState }) {
  const { saving, saved } = useText().preferences;
  return (
    <p
      role="status"
      className="pointer-events-none fixed inset-x-0 bottom-6 z-20 mx-auto w-fit empty:hidden"
    >
      {state !== "idle" && (
        <span
          key={state}
          className={
            state === "saved"
              ? "animate-linger inline-flex min-h-11 items-center gap-2 rounded-full border border-line bg-float px-5 font-semibold shadow-float"
              : "inline-flex min-h-11 items-center gap-2 rounded-full border border-line bg-float px-5 font-semibold text-muted shadow-float"
          }
        >
          {state === "saved" ? (
            <Check aria-hidden size={18} className="text-good-text" />
          ) : (
            <Spinner className="size-4" />
          )}
          {state === "saved" ? saved : saving}
        </span>
      )}
    </p>
  );
}
