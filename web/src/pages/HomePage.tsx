import { buttonClass, EmptyState, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Clapperboard, SearchX, Upload } from "lucide-react";

import { useText } from "../app/i18n";
import { ProblemState } from "../app/screens";
import { Hero } from "../features/catalog/Hero";
import { homeQuery } from "../features/catalog/queries";
import { Rail } from "../features/catalog/Rail";
import { TitleGrid } from "../features/catalog/TitleGrid";
import { useMay } from "../features/staff/queries";

const route = getRouteApi("/member/layout/");

export function HomePage() {
  const text = useText();
  const { q } = route.useSearch();
  return (
    <>
      <title>{q === undefined ? text.appName : `${q} · ${text.appName}`}</title>
      {q === undefined ? <Library /> : <Results words={q} />}
    </>
  );
}

function Results({ words }: { words: string }) {
  const text = useText();
  return (
    <TitleGrid
      words={words}
      level="h1"
      heading={text.home.resultsFor(words)}
      empty={
        <EmptyState
          as="h1"
          icon={<SearchX aria-hidden size={36} />}
          title={text.home.noResultsTitle(words)}
        >
          {text.home.noResultsBody}
        </EmptyState>
      }
    />
  );
}

function Library() {
  const text = useText();
  const home = useQuery(homeQuery);
  if (home.isPending) return <LibrarySkeleton />;
  if (home.isError) {
    return <ProblemState error={home.error} onRetry={() => void home.refetch()} />;
  }
  const rails = home.data.rails.filter((rail) => rail.items.length > 0);
  const newest = rails[0]?.items[0];
  if (newest === undefined) return <EmptyLibrary />;
  const shown = new Set(rails.flatMap((rail) => rail.items.map((title) => title.id)));
  return (
    <>
      <h1 className="sr-only">{text.home.title}</h1>
      <Hero title={newest} />
      {rails.map((rail) => (
        <Rail key={rail.id} rail={rail} />
      ))}
      {home.data.title_count > shown.size && (
        <TitleGrid words="" level="h2" heading={text.home.everything} empty={null} />
      )}
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
