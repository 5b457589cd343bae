import { buttonClass, EmptyState, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Clapperboard, Upload } from "lucide-react";

import { useText } from "../app/i18n";
import { ProblemState } from "../app/screens";
import { homeQuery } from "../features/catalog/queries";
import { TitleGrid } from "../features/catalog/TitleGrid";
import { HomeHero } from "../features/home/HomeHero";
import { HomeRail } from "../features/home/HomeRail";
import { useMay } from "../features/staff/queries";

/** So many titles a rail holds: there may be more of them. */
const FULL_RAIL = 24;

export function HomePage() {
  const text = useText();
  return (
    <>
      <title>{text.appName}</title>
      <Library />
    </>
  );
}

function Library() {
  const text = useText();
  const home = useQuery(homeQuery);
  if (home.isPending) return <LibrarySkeleton />;
  if (home.isError) {
    return <ProblemState error={home.error} onRetry={() => void home.refetch()} />;
  }
  const { hero, rails } = home.data;
  if (rails.length === 0) return <EmptyLibrary />;
  const newest = rails.find((rail) => rail.kind === "new")?.items ?? [];
  return (
    <>
      <h1 className="sr-only">{text.home.title}</h1>
      {hero !== null && <HomeHero hero={hero} />}
      {rails.map((rail) => (
        <HomeRail key={rail.id} rail={rail} />
      ))}
      {newest.length >= FULL_RAIL && <TitleGrid heading={text.home.everything} />}
    </>
  );
}

function EmptyLibrary() {
  const text = useText();
  const mayUpload = useMay("media.upload") === true;
  return (
    <EmptyState
      as="h1"
      icon={<Clapperboard aria-hidden size={36} />}
      title={text.home.emptyTitle}
      action={
        mayUpload && (
          <Link to="/upload" className={buttonClass("primary", "lg")}>
            <Upload aria-hidden size={22} />
            {text.home.uploadFirst}
          </Link>
        )
      }
    >
      {mayUpload ? text.home.emptyOwner : text.home.emptyViewer}
    </EmptyState>
  );
}

function LibrarySkeleton() {
  const text = useText();
  return (
    <div role="status" aria-label={text.common.loading}>
      <h1 className="sr-only">{text.home.title}</h1>
      <div className="gutter grid min-h-[min(68dvh,44rem)] content-end gap-5 pb-10">
        <Skeleton className="h-14 w-2/3 max-w-2xl" />
        <Skeleton className="h-6 w-40" />
        <Skeleton className="h-13 w-64 rounded-full" />
      </div>
      <div className="gutter mt-10 flex gap-5 overflow-hidden">
        {Array.from({ length: 8 }, (_, index) => (
          <Skeleton key={index} className="aspect-video w-[min(72vw,19rem)] shrink-0" />
        ))}
      </div>
    </div>
  );
}
