import { Button, Skeleton } from "@streamverse/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { sentenceOf } from "../../app/api";
import { useText } from "../../app/i18n";
import { ProblemNotice } from "../ProblemNotice";
import { titlesQuery } from "./queries";
import { TitleTile } from "./TitleTile";

const grid =
  "gutter grid grid-cols-[repeat(auto-fill,minmax(min(100%,15rem),1fr))] gap-x-5 gap-y-8";

export interface TitleGridProps {
  words: string;
  heading: string;
  level: "h1" | "h2";
  /** Shown instead of everything else when nothing matches. */
  empty: ReactNode;
}

/** Titles that match some words, or all of them, page by page. */
export function TitleGrid({ words, heading, level: Heading, empty }: TitleGridProps) {
  const text = useText();
  const titles = useInfiniteQuery(titlesQuery(words));
  const found = titles.data?.pages.flatMap((page) => page.items) ?? [];
  if (titles.isSuccess && found.length === 0) return empty;
  return (
    <section className="mt-10" aria-busy={titles.isFetching}>
      <Heading className="gutter mb-6 text-2xl font-bold wrap-anywhere">{heading}</Heading>
      {titles.isPending && <GridSkeleton />}
      {titles.isError && (
        <ProblemNotice
          sentence={sentenceOf(titles.error, text)}
          onRetry={() => void titles.refetch()}
        />
      )}
      <ul className={grid}>
        {found.map((title) => (
          <li key={title.id}>
            <TitleTile title={title} />
          </li>
        ))}
      </ul>
      {titles.hasNextPage && (
        <div className="mt-10 text-center">
          <Button isBusy={titles.isFetchingNextPage} onClick={() => void titles.fetchNextPage()}>
            {text.common.loadMore}
          </Button>
        </div>
      )}
    </section>
  );
}

function GridSkeleton() {
  return (
    <div className={grid}>
      {Array.from({ length: 8 }, (_, index) => (
        <div key={index}>
          <Skeleton className="aspect-video" />
          <Skeleton className="mt-3 h-5 w-2/3" />
        </div>
      ))}
    </div>
  );
}
