import { buttonClass, Skeleton } from "@streamverse/ui";
import { getRouteApi, Link, Navigate } from "@tanstack/react-router";

import { sentenceOf } from "../app/api";
import { useText } from "../app/i18n";
import { ProblemNotice } from "../features/ProblemNotice";
import { ProfileEditor } from "../features/profiles/ProfileEditor";
import { ProfileFrame } from "../features/profiles/ProfileFrame";
import { AddFace, ProfileFace, ProfileGrid, tile } from "../features/profiles/ProfileTile";
import { PROFILES_LIMIT, useProfiles } from "../features/profiles/queries";

const route = getRouteApi("/member/profiles/manage");
const NEW = "new";

export function ManageProfilesPage() {
  const text = useText();
  const { profile: wanted } = route.useSearch();
  const profiles = useProfiles();
  const profile = profiles.data?.items.find(({ id }) => id === wanted);
  return (
    <ProfileFrame title={text.profiles.page.title}>
      {profiles.isPending && <Skeleton className="h-64 w-full max-w-2xl" />}
      {profiles.isError && (
        <ProblemNotice
          sentence={sentenceOf(profiles.error, text)}
          onRetry={() => void profiles.refetch()}
        />
      )}
      {profiles.isSuccess &&
        (wanted === undefined ? (
          <Everyone />
        ) : profile !== undefined || wanted === NEW ? (
          <ProfileEditor key={wanted} family={profiles.data} profile={profile} />
        ) : (
          <Navigate to="/profiles/manage" replace />
        ))}
    </ProfileFrame>
  );
}

function Everyone() {
  const text = useText();
  const family = useProfiles().data?.items ?? [];
  const hasRoom = family.length < PROFILES_LIMIT;
  return (
    <div className="grid animate-rise justify-items-center gap-10 sm:gap-12">
      <div className="grid max-w-xl gap-3 text-center">
        <h1 className="text-4xl font-extrabold sm:text-6xl">{text.profiles.page.title}</h1>
        <p className="text-lg text-muted">
          {hasRoom ? text.profiles.page.intro : text.profiles.page.full}
        </p>
      </div>
      <ProfileGrid>
        {family.map((profile) => (
          <li key={profile.id}>
            <Link
              to="/profiles/manage"
              search={{ profile: profile.id }}
              aria-label={text.profiles.page.edit(profile.name)}
              className={tile}
            >
              <ProfileFace profile={profile} isEdited />
            </Link>
          </li>
        ))}
        {hasRoom && (
          <li>
            <Link to="/profiles/manage" search={{ profile: NEW }} className={tile}>
              <AddFace />
            </Link>
          </li>
        )}
      </ProfileGrid>
      <Link to="/" className={buttonClass("primary", "lg")}>
        {text.profiles.page.done}
      </Link>
    </div>
  );
}
