import type { Collection } from "@streamverse/client";
import { Badge, Button, ConfirmDialog, EmptyState, IconButton, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Layers, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";

import { useText } from "../app/i18n";
import { useErrorToast } from "../app/use-error-toast";
import { CollectionDialog } from "../features/editor/CollectionDialog";
import { allCollectionsQuery, useRemoveCollection } from "../features/editor/queries";
import { Failed } from "../features/Listing";
import { PageHeading } from "../features/PageHeading";
import { Permitted } from "../features/staff/Permitted";

export function AdminCollectionsPage() {
  return (
    <Permitted to="titles.edit">
      <AdminCollections />
    </Permitted>
  );
}

function AdminCollections() {
  const { editor } = useText();
  const collections = useQuery(allCollectionsQuery);
  const [open, setOpen] = useState<Collection | "new" | null>(null);
  return (
    <div className="gutter mx-auto max-w-4xl">
      <PageHeading
        title={editor.collectionsTitle}
        intro={editor.collectionsIntro}
        action={
          <Button
            variant="primary"
            icon={<Plus aria-hidden size={18} />}
            onClick={() => setOpen("new")}
          >
            {editor.newCollection}
          </Button>
        }
      />
      {collections.isPending && <Skeleton className="h-64" />}
      {collections.isError && (
        <Failed error={collections.error} onRetry={() => void collections.refetch()} />
      )}
      {collections.data?.length === 0 && (
        <EmptyState icon={<Layers aria-hidden size={36} />} title={editor.noCollectionsTitle}>
          {editor.noCollectionsBody}
        </EmptyState>
      )}
      <ul aria-label={editor.collectionsTitle} className="grid gap-3">
        {collections.data?.map((collection) => (
          <li key={collection.id}>
            <Row collection={collection} onEdit={() => setOpen(collection)} />
          </li>
        ))}
      </ul>
      {open !== null && (
        <CollectionDialog collection={open === "new" ? null : open} onClose={() => setOpen(null)} />
      )}
    </div>
  );
}

function Row({ collection, onEdit }: { collection: Collection; onEdit: () => void }) {
  const text = useText();
  const showError = useErrorToast();
  const { catalog, editor } = text;
  const { id, kind, name, items, is_published: isPublished } = collection;
  const [isAsking, setIsAsking] = useState(false);
  const remove = useRemoveCollection();
  return (
    <div className="flex flex-wrap items-center gap-3 rounded-card p-3 ring-1 ring-line">
      <span className="grid min-w-0 flex-1 basis-48">
        <span className="font-semibold wrap-anywhere">{name}</span>
        <span className="text-sm text-muted">
          {`${editor.collectionKinds[kind]} · ${catalog.titleCount(items.length)}`}
        </span>
      </span>
      {!isPublished && <Badge>{text.title.unpublished}</Badge>}
      <IconButton label={`${text.title.edit} ${name}`} onClick={onEdit}>
        <Pencil aria-hidden size={18} />
      </IconButton>
      <IconButton label={editor.removeCollection(name)} onClick={() => setIsAsking(true)}>
        <Trash2 aria-hidden size={18} />
      </IconButton>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={editor.removeCollectionTitle(name)}
        description={editor.removeCollectionBody}
        confirmLabel={editor.removeCollectionConfirm}
        cancelLabel={text.common.cancel}
        closeLabel={text.common.close}
        isBusy={remove.isPending}
        onConfirm={() =>
          remove.mutate(id, {
            onSettled: () => setIsAsking(false),
            onError: showError,
          })
        }
      />
    </div>
  );
}
