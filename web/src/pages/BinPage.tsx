import { Button, ConfirmDialog, EmptyState, showToast, Skeleton } from "@streamverse/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { ArchiveRestore, Trash2 } from "lucide-react";
import { useState } from "react";

import { sentenceOf } from "../app/api";
import { useText } from "../app/i18n";
import { OwnerOnlyScreen } from "../app/screens";
import { useErrorToast } from "../app/use-error-toast";
import { Poster } from "../features/catalog/Poster";
import { deletedQuery, type TitleCard, useBin } from "../features/catalog/queries";
import { useMay } from "../features/staff/queries";
import { PageHeading } from "../features/PageHeading";
import { ProblemNotice } from "../features/ProblemNotice";

export function BinPage() {
  return useMay("titles.edit") === true ? <Bin /> : <OwnerOnlyScreen />;
}

function Bin() {
  const text = useText();
  const query = useInfiniteQuery(deletedQuery);
  const titles = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="gutter mx-auto max-w-4xl">
      <PageHeading title={text.bin.title} intro={text.bin.intro} />
      {query.isPending && <Skeleton className="h-64" />}
      {query.isError && (
        <ProblemNotice
          sentence={sentenceOf(query.error, text)}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isSuccess && titles.length === 0 && (
        <EmptyState icon={<Trash2 aria-hidden size={36} />} title={text.bin.emptyTitle}>
          {text.bin.emptyBody}
        </EmptyState>
      )}
      <ul aria-label={text.bin.title} className="grid gap-3">
        {titles.map((title) => (
          <DeletedTitle key={title.id} title={title} />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          variant="secondary"
          className="mt-6"
          isBusy={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {text.bin.more}
        </Button>
      )}
    </div>
  );
}

function DeletedTitle({ title }: { title: TitleCard }) {
  const text = useText();
  const [isAsking, setIsAsking] = useState(false);
  const { restore, purge } = useBin(title.id);
  const fail = useErrorToast();
  return (
    <li className="flex flex-wrap items-center gap-4 rounded-card p-3 ring-1 ring-line">
      <Poster
        title={title}
        className="aspect-video w-28 shrink-0 overflow-hidden rounded-control"
      />
      <span className="min-w-0 flex-1 font-semibold wrap-anywhere">{title.name}</span>
      <Button
        variant="secondary"
        aria-label={text.bin.restoreOne(title.name)}
        isBusy={restore.isPending}
        onClick={() => {
          restore.mutate(undefined, {
            onSuccess: () => {
              showToast(text.bin.restored(title.name));
            },
            onError: fail,
          });
        }}
      >
        <ArchiveRestore aria-hidden size={18} />
        {text.bin.restore}
      </Button>
      <Button
        variant="quiet"
        aria-label={text.bin.purgeOne(title.name)}
        onClick={() => {
          setIsAsking(true);
        }}
      >
        <Trash2 aria-hidden size={18} />
        {text.bin.purge}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => {
          setIsAsking(false);
        }}
        title={text.bin.purgeTitle(title.name)}
        description={text.bin.purgeBody}
        confirmLabel={text.bin.purgeConfirm}
        cancelLabel={text.common.cancel}
        closeLabel={text.common.close}
        isBusy={purge.isPending}
        onConfirm={() => {
          purge.mutate(undefined, {
            onSettled: () => {
              setIsAsking(false);
            },
            onError: fail,
          });
        }}
      />
    </li>
  );
}
