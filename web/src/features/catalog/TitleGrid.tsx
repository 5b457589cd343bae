import { Button, Skeleton } from "@streamverse/ui";
import { useInfiniteQuery } from "@tanstack/react-query";

import { sentenceOf } from "../../app/api";
import { useText } from "../../app/i18n";
import { ProblemNotice } from "../ProblemNotice";
import { titlesQuery } from "./queries";
import { TitleTile } from "./TitleTile";

const grid =
  "gutter grid grid-cols-[repeat(auto-fill,minmax(min(100%,15rem),1fr))] gap-x-5 gap-y-8";

/** All titles, page by page. */
export function TitleGrid({ heading }: { heading: string }) {
  const text = useText();
  const titles = useInfiniteQuery(titlesQuery());
  const found = titles.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className="mt-10" aria-busy={titles.isFetching}>
      <h2 className="gutter mb-6 text-2xl font-bold wrap-anywhere">{heading}</h2>
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
