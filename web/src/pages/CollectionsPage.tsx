import type { Collection } from "@streamverse/client";
import { buttonClass, EmptyState } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Layers } from "lucide-react";

import { useText } from "../app/i18n";
import { CatalogPage } from "../features/catalog/CatalogPage";
import { bundlesQuery, collectionsQuery } from "../features/catalog/pages";
import { Poster } from "../features/catalog/Poster";
import { gridClass } from "../features/catalog/Shelf";
import { PageHeading } from "../features/PageHeading";

export function CollectionsPage() {
  const { catalog } = useText();
  const collections = useQuery(collectionsQuery);
  const bundles = useQuery(bundlesQuery);
  return (
    <CatalogPage
      query={collections}
      missing={catalog.noCollection}
      missingBody={catalog.noCollectionBody}
    >
      {(found) => <CollectionsView collections={found} bundles={bundles.data ?? []} />}
    </CatalogPage>
  );
}

function CollectionsView({
  collections,
  bundles,
}: {
  collections: readonly Collection[];
  bundles: readonly Collection[];
}) {
  const { browse, catalog } = useText();
  return (
    <>
      <div className="gutter">
        <PageHeading title={catalog.collectionsTitle} intro={catalog.collectionsIntro} />
      </div>
      {collections.length + bundles.length === 0 ? (
        <EmptyState
          icon={<Layers aria-hidden size={36} />}
          title={catalog.noCollections}
          action={
            <Link to="/browse" className={buttonClass("primary")}>
              {browse.title}
            </Link>
          }
        >
          {catalog.noCollectionsBody}
        </EmptyState>
      ) : (
        <Tiles label={catalog.collectionsTitle} collections={collections} />
      )}
      {bundles.length > 0 && (
        <>
          <h2 className="gutter mt-12 mb-6 text-2xl font-bold">{catalog.bundlesTitle}</h2>
          <Tiles label={catalog.bundlesTitle} collections={bundles} />
        </>
      )}
    </>
  );
}

function Tiles({ label, collections }: { label: string; collections: readonly Collection[] }) {
  return (
    <ul aria-label={label} className={gridClass}>
      {collections.map((collection) => (
        <li key={collection.id}>
          <Tile collection={collection} />
        </li>
      ))}
    </ul>
  );
}

function Tile({ collection }: { collection: Collection }) {
  const { catalog } = useText();
  const { id, kind, slug, name, items } = collection;
  const link =
    kind === "bundle"
      ? ({ to: "/bundles/$id", params: { id } } as const)
      : ({ to: "/collections/$slug", params: { slug } } as const);
  const first = items[0];
  return (
    <Link
      {...link}
      aria-label={name}
      className="group @container block rounded-card outline-offset-4"
    >
      <Poster
        title={{ id, name, poster: first?.poster ?? null }}
        className="aspect-video rounded-card ring-1 ring-line group-hover:ring-3 group-hover:ring-accent"
      />
      <p className="mt-3 font-semibold wrap-anywhere">{name}</p>
      <p className="text-sm text-muted">{catalog.titleCount(items.length)}</p>
    </Link>
  );
}
