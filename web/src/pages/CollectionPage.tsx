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

const collectionRoute = getRouteApi("/member/layout/collections/$slug");
const bundleRoute = getRouteApi("/member/layout/bundles/$id");

export function CollectionPage() {
  const { slug } = collectionRoute.useParams();
  return <CollectionView query={useQuery(collectionQuery(slug))} />;
}

export function BundlePage() {
  const { id } = bundleRoute.useParams();
  return <CollectionView query={useQuery(bundleQuery(id))} />;
}

function CollectionView({ query }: { query: UseQueryResult<Collection> }) {
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
            <div>
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
