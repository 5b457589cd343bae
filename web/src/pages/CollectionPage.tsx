import type { Collection } from "@streamverse/client";
import { EmptyState } from "@streamverse/ui";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Film } from "lucide-react";

import { useText } from "../app/i18n";
import { CatalogHeading, CatalogPage } from "../features/catalog/CatalogPage";
import { bundleQuery, collectionQuery } from "../features/catalog/pages";
import { Shelf } from "../features/catalog/Shelf";
import { ShareButton } from "../features/catalog/ShareButton";
import { PlayAll } from "../features/library/PlayAll";
import type { Through } from "../features/library/playing-through";

const collectionRoute = getRouteApi("/member/layout/collections/$slug");
const bundleRoute = getRouteApi("/member/layout/bundles/$id");

export function CollectionPage() {
  const { slug } = collectionRoute.useParams();
  return <CollectionView query={useQuery(collectionQuery(slug))} through={`collection.${slug}`} />;
}

export function BundlePage() {
  const { id } = bundleRoute.useParams();
  return <CollectionView query={useQuery(bundleQuery(id))} through={`bundle.${id}`} />;
}

interface CollectionViewProps {
  query: UseQueryResult<Collection>;
  through: Through;
}

function CollectionView({ query, through }: CollectionViewProps) {
  const { catalog } = useText();
  return (
    <CatalogPage
      query={query}
      missing={catalog.noCollection}
      missingBody={catalog.noCollectionBody}
    >
      {({ kind, name, description, items }) => (
        <>
          <CatalogHeading
            kind={`${kind === "bundle" ? catalog.bundle : catalog.collectionsTitle} · ${catalog.titleCount(items.length)}`}
            name={name}
          >
            {description !== "" && (
              <p className="text-lg whitespace-pre-line wrap-anywhere">{description}</p>
            )}
            <div className="flex flex-wrap gap-3">
              <PlayAll titles={items} through={through} />
              <ShareButton name={name} />
            </div>
          </CatalogHeading>
          {items.length === 0 ? (
            <EmptyState icon={<Film aria-hidden size={36} />} title={name}>
              {catalog.emptyCollection}
            </EmptyState>
          ) : (
            <Shelf label={catalog.titlesIn(name)} titles={items} />
          )}
        </>
      )}
    </CatalogPage>
  );
}
