import { Button, buttonClass, EmptyState, Skeleton } from "@streamverse/ui";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { HardDrive } from "lucide-react";

import { sentenceOf } from "../app/api";
import { formatBytes } from "../app/format";
import { useText } from "../app/i18n";
import { PageHeading } from "../features/PageHeading";
import { ProblemNotice } from "../features/ProblemNotice";
import { Permitted } from "../features/staff/Permitted";
import { useMay } from "../features/staff/queries";
import { OrphanSection } from "../features/storage/OrphanSection";
import { storageQuery, tenantsStorageQuery } from "../features/storage/queries";
import { RetentionSection } from "../features/storage/RetentionSection";
import { StorageChart } from "../features/storage/StorageChart";
import { StoredFilms } from "../features/storage/StoredFilms";

export function StoragePage() {
  return (
    <Permitted to="reports.read">
      <Storage />
    </Permitted>
  );
}

function Storage() {
  const text = useText();
  const mayManage = useMay("storage.manage") === true;
  return (
    <div className="gutter mx-auto max-w-6xl">
      <PageHeading title={text.storage.title} intro={text.storage.intro} />
      <InUse />
      {mayManage && <Tenants />}
      <RetentionSection />
      {mayManage && <OrphanSection />}
    </div>
  );
}

function InUse() {
  const text = useText();
  const { storage } = text;
  const query = useInfiniteQuery(storageQuery);
  const first = query.data?.pages[0];
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isError) {
    return (
      <ProblemNotice
        sentence={sentenceOf(query.error, text)}
        onRetry={() => void query.refetch()}
      />
    );
  }
  if (!first) return <Skeleton className="h-64" />;
  if (items.length === 0) {
    return (
      <EmptyState
        icon={<HardDrive aria-hidden size={36} />}
        title={storage.emptyTitle}
        action={
          <Link to="/upload" className={buttonClass("primary")}>
            {text.nav.upload}
          </Link>
        }
      >
        {storage.emptyBody}
      </EmptyState>
    );
  }
  return (
    <div className="grid gap-10 pb-12">
      <section aria-labelledby="in-use" className="grid gap-5">
        <h2 id="in-use" className="flex flex-wrap items-baseline gap-x-4 text-2xl font-bold">
          {storage.inUse}
          <span className="text-4xl font-extrabold tabular-nums">
            {formatBytes(first.totals.total_bytes)}
          </span>
        </h2>
        <StorageChart weights={first.totals} />
        {first.arriving_bytes > 0 && (
          <p className="text-muted">{storage.arriving(formatBytes(first.arriving_bytes))}</p>
        )}
      </section>
      <section aria-labelledby="by-film" className="grid gap-4">
        <h2 id="by-film" className="text-2xl font-bold">
          {storage.films}
        </h2>
        <StoredFilms items={items} />
        {query.hasNextPage && (
          <Button
            className="justify-self-center"
            isBusy={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {text.common.loadMore}
          </Button>
        )}
      </section>
    </div>
  );
}

/** Where there is one tenant, there is nothing to compare; and only the first one may see this. */
function Tenants() {
  const { storage } = useText();
  const tenants = useQuery(tenantsStorageQuery).data ?? [];
  if (tenants.length < 2) return null;
  return (
    <section aria-labelledby="by-tenant" className="grid gap-4 pb-12">
      <h2 id="by-tenant" className="text-2xl font-bold">
        {storage.tenants}
      </h2>
      <ul className="grid gap-2">
        {tenants.map((tenant) => (
          <li
            key={tenant.tenant_id}
            className="flex justify-between gap-6 border-b border-line py-2"
          >
            <span className="font-semibold wrap-anywhere">{tenant.name}</span>
            <span className="tabular-nums">{formatBytes(tenant.total_bytes)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
