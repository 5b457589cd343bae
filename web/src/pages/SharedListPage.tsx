import { EmptyState, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Bookmark, Unlink } from "lucide-react";

import { isStatus } from "../app/api";
import { useText } from "../app/i18n";
import { TitleTile } from "../features/catalog/TitleTile";
import { sharedListQuery } from "../features/library/list-queries";
import { PlayAll } from "../features/library/PlayAll";
import { Failed } from "../features/Listing";
import { PageHeading } from "../features/PageHeading";

const route = getRouteApi("/member/layout/lists/$token");

/** Somebody's list, by its link. */
export function SharedListPage() {
  const text = useText();
  const words = text.library.list;
  const { token } = route.useParams();
  const list = useQuery(sharedListQuery(token));
  const name = list.data?.name ?? "";
  if (isStatus(list.error, 404)) {
    return (
      <EmptyState as="h1" icon={<Unlink aria-hidden size={36} />} title={words.noSuchTitle}>
        {words.noSuchBody}
      </EmptyState>
    );
  }
  return (
    <div className="gutter">
      <PageHeading title={name === "" ? words.sharedTitle : name} intro={words.sharedIntro} />
      {list.isPending && <Skeleton className="h-64" />}
      {list.isError && <Failed error={list.error} onRetry={() => void list.refetch()} />}
      {list.data?.items.length === 0 && (
        <EmptyState icon={<Bookmark aria-hidden size={36} />} title={words.sharedEmptyTitle}>
          {words.sharedEmptyBody}
        </EmptyState>
      )}
      {list.data !== undefined && (
        <div className="mb-6">
          <PlayAll titles={list.data.items} through={`link.${token}`} />
        </div>
      )}
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,15rem),1fr))] gap-x-5 gap-y-8">
        {list.data?.items.map((title) => (
          <li key={title.id}>
            <TitleTile title={title} />
          </li>
        ))}
      </ul>
    </div>
  );
}
