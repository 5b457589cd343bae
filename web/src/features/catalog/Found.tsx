import { Button, buttonClass, EmptyState, Spinner } from "@streamverse/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { SearchX } from "lucide-react";
import { useEffect, useRef } from "react";

import { sentenceOf } from "../../app/api";
import { useText } from "../../app/i18n";
import type { BrowseSearch } from "../../app/search";
import { ProblemNotice } from "../ProblemNotice";
import { browseQuery } from "./pages";
import { Shelf, ShelfSkeleton } from "./Shelf";

/** Titles by filters: the next ones come as one nears the end, or at a press of the button. */
export function Found({ label, search }: { label: string; search: BrowseSearch }) {
  const text = useText();
  const found = useInfiniteQuery(browseQuery(search));
  const titles = found.data?.pages.flatMap((page) => page.items) ?? [];
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  if (found.isPending) return <ShelfSkeleton />;
  if (found.isError) {
    return (
      <ProblemNotice
        sentence={sentenceOf(found.error, text)}
        onRetry={() => void found.refetch()}
      />
    );
  }
  if (titles.length === 0) {
    return (
      <EmptyState
        icon={<SearchX aria-hidden size={36} />}
        title={text.browse.nothing}
        action={
          <Link to="/browse" className={buttonClass("primary")}>
            {text.browse.clear}
          </Link>
        }
      >
        {text.browse.nothingBody}
      </EmptyState>
    );
  }
  return (
    <div aria-busy={found.isFetching}>
      <Shelf label={label} titles={titles} />
      {hasNextPage && (
        <div className="mt-10 text-center">
          <NearEnd onReach={() => void fetchNextPage()} isIdle={!isFetchingNextPage} />
          <Button isBusy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {text.common.loadMore}
          </Button>
        </div>
      )}
      <p role="status" className="sr-only">
        {isFetchingNextPage ? text.browse.loadingMore : text.catalog.titleCount(titles.length)}
      </p>
      {found.isPlaceholderData && <Spinner className="mx-auto mt-6 size-6" />}
    </div>
  );
}

/** Notice that the end of the list comes near. */
function NearEnd({ onReach, isIdle }: { onReach: () => void; isIdle: boolean }) {
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = mark.current;
    if (element === null || !isIdle) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting === true) onReach();
      },
      { rootMargin: "600px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [onReach, isIdle]);
  return <div ref={mark} aria-hidden />;
}
