import { buttonClass, EmptyState, Skeleton } from "@streamverse/ui";
import type { UseQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Film } from "lucide-react";
import type { ReactNode } from "react";

import { isStatus } from "../../app/api";
import { useText } from "../../app/i18n";
import { ProblemState } from "../../app/screens";
import { ShelfSkeleton } from "./Shelf";

export interface CatalogPageProps<Found> {
  query: UseQueryResult<Found>;
  /** What is said where there is nothing, or nothing for this reader. */
  missing: string;
  missingBody: string;
  children: (found: Found) => ReactNode;
}

/** A page about one thing of the catalogue, with its waiting, its failing and its absence. */
export function CatalogPage<Found>(props: CatalogPageProps<Found>) {
  const { query, missing, missingBody, children } = props;
  const text = useText();
  if (query.isPending) {
    return (
      <div role="status" aria-label={text.common.loading} className="pt-12">
        <h1 className="sr-only">{text.common.loading}</h1>
        <ShelfSkeleton>
          <div className="gutter mb-8">
            <Skeleton className="h-14 max-w-md" />
          </div>
        </ShelfSkeleton>
      </div>
    );
  }
  if (isStatus(query.error, 404) || isStatus(query.error, 422)) {
    return (
      <EmptyState
        as="h1"
        icon={<Film aria-hidden size={36} />}
        title={missing}
        action={
          <Link to="/browse" className={buttonClass("primary")}>
            {text.browse.title}
          </Link>
        }
      >
        <title>{`${missing} · ${text.appName}`}</title>
        {missingBody}
      </EmptyState>
    );
  }
  if (query.data === undefined) {
    return <ProblemState error={query.error} onRetry={() => void query.refetch()} />;
  }
  return children(query.data);
}

/** The top of such a page. */
export function CatalogHeading({
  kind,
  name,
  picture,
  children,
}: {
  kind: string;
  name: string;
  picture?: ReactNode;
  children?: ReactNode;
}) {
  const text = useText();
  return (
    <header className="gutter flex flex-wrap items-center gap-x-8 gap-y-5 pt-10 pb-8 sm:pt-14">
      <title>{`${name} · ${text.appName}`}</title>
      {picture}
      <div className="grid max-w-3xl min-w-0 gap-3">
        <p className="text-sm font-bold tracking-wide text-accent-text uppercase">{kind}</p>
        <h1 className="text-4xl font-extrabold wrap-anywhere sm:text-6xl">{name}</h1>
        {children}
      </div>
    </header>
  );
}
