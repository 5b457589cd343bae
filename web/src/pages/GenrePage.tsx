import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";

import { useText } from "../app/i18n";
import { CatalogHeading, CatalogPage } from "../features/catalog/CatalogPage";
import { Chips, genreChips } from "../features/catalog/Chips";
import { Found } from "../features/catalog/Found";
import { genreQuery } from "../features/catalog/pages";

const route = getRouteApi("/member/layout/genre/$slug");

export function GenrePage() {
  const { browse, catalog } = useText();
  const { slug } = route.useParams();
  const genre = useQuery(genreQuery(slug));
  return (
    <CatalogPage query={genre} missing={catalog.noGenre} missingBody={catalog.noGenreBody}>
      {({ name, parent, children }) => (
        <>
          <CatalogHeading kind={browse.genres} name={name}>
            {parent !== null && (
              <p className="text-muted">
                {`${catalog.parentGenre} `}
                <Link to="/genre/$slug" params={{ slug: parent.slug }} className="link">
                  {parent.name}
                </Link>
              </p>
            )}
            <Chips label={catalog.subgenres} chips={genreChips(children)} />
          </CatalogHeading>
          <Found label={catalog.titlesIn(name)} search={{ genre: slug }} />
        </>
      )}
    </CatalogPage>
  );
}
