import { getRouteApi } from "@tanstack/react-router";

import { useText } from "../app/i18n";
import { FilterBar } from "../features/catalog/FilterBar";
import { Found } from "../features/catalog/Found";
import { PageHeading } from "../features/PageHeading";

const route = getRouteApi("/member/layout/browse");

export function BrowsePage() {
  const { browse } = useText();
  const search = route.useSearch();
  return (
    <>
      <div className="gutter">
        <PageHeading title={browse.title} intro={browse.intro} />
        <FilterBar search={search} />
      </div>
      <Found label={browse.found} search={search} />
    </>
  );
}
