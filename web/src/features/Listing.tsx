import { Button, Notice, Skeleton } from "@streamverse/ui";
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { Key, ReactNode } from "react";

import { sentenceOf } from "../app/api";
import { useText } from "../app/i18n";

interface Page<Item> {
  items: readonly Item[];
  next_cursor: string | null;
}

export interface ListingProps<Item> {
  query: UseInfiniteQueryResult<InfiniteData<Page<Item>>>;
  keyOf: (item: Item) => Key;
  /** What stands there instead of a list without items. */
  empty: ReactNode;
  label?: string;
  className?: string;
  children: (item: Item) => ReactNode;
}

/** A list that comes page by page, with its waiting, its failing and its end. */
export function Listing<Item>({
  query,
  keyOf,
  empty,
  label,
  className = "grid gap-3",
  children,
}: ListingProps<Item>) {
  const text = useText();
  if (query.isPending) return <Skeleton className="h-24" />;
  if (query.isError) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  const items = query.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    return typeof empty === "string" ? <p className="text-muted">{empty}</p> : empty;
  }
  return (
    <>
      <ul aria-label={label} aria-busy={query.isFetching} className={className}>
        {items.map((item) => (
          <li key={keyOf(item)}>{children(item)}</li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          className="mt-4 justify-self-start"
          isBusy={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {text.common.loadMore}
        </Button>
      )}
    </>
  );
}

/** What could not be fetched, in the place where it would have been. */
export function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const text = useText();
  return (
    <Notice
      tone="danger"
      action={
        <Button size="sm" onClick={onRetry}>
          {text.common.retry}
        </Button>
      }
    >
      {sentenceOf(error, text)}
    </Notice>
  );
}
