import { Button, Notice, Skeleton } from "@streamverse/ui";
import type { UseInfiniteQueryResult, InfiniteData } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { sentenceOf } from "../../app/api";
import { useText } from "../../app/i18n";

interface Page<Item> {
  items: readonly Item[];
  next_cursor: string | null;
}

/** A list that comes page by page, with its waiting, its failing and its end. */
export function Listing<Item extends { id: string }>({
  query,
  empty,
  children,
}: {
  query: UseInfiniteQueryResult<InfiniteData<Page<Item>>>;
  empty: string;
  children: (item: Item) => ReactNode;
}) {
  const text = useText();
  if (query.isPending) return <Skeleton className="h-20" />;
  if (query.isError) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  const items = query.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <p className="text-muted">{empty}</p>;
  return (
    <>
      <ul className="grid gap-3">
        {items.map((item) => (
          <li key={item.id}>{children(item)}</li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          className="justify-self-start"
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
