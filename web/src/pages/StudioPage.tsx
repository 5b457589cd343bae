import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";

import { formatCountry } from "../app/format";
import { useText } from "../app/i18n";
import { CatalogHeading, CatalogPage } from "../features/catalog/CatalogPage";
import { Found } from "../features/catalog/Found";
import { studioQuery } from "../features/catalog/pages";

const route = getRouteApi("/member/layout/studio/$slug");

export function StudioPage() {
  const { browse, catalog } = useText();
  const { slug } = route.useParams();
  const studio = useQuery(studioQuery(slug));
  return (
    <CatalogPage query={studio} missing={catalog.noStudio} missingBody={catalog.noStudioBody}>
      {({ name, description, country }) => (
        <>
          <CatalogHeading kind={browse.studios} name={name}>
            {country !== null && <p className="text-muted">{formatCountry(country)}</p>}
            {description !== "" && <p className="text-lg wrap-anywhere">{description}</p>}
          </CatalogHeading>
          <Found label={catalog.titlesIn(name)} search={{ studio: slug }} />
        </>
      )}
    </CatalogPage>
  );
}
