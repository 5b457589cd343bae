import type { Person } from "@streamverse/client";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";

import { formatDate } from "../app/format";
import { useText } from "../app/i18n";
import { CatalogHeading, CatalogPage } from "../features/catalog/CatalogPage";
import { Portrait } from "../features/catalog/Credits";
import { personQuery } from "../features/catalog/pages";
import { Shelf } from "../features/catalog/Shelf";

const route = getRouteApi("/member/layout/person/$slug");

export function PersonPage() {
  const text = useText();
  const { slug } = route.useParams();
  const person = useQuery(personQuery(slug));
  return (
    <CatalogPage
      query={person}
      missing={text.catalog.noPerson}
      missingBody={text.catalog.noPersonBody}
    >
      {(found) => <PersonView person={found} />}
    </CatalogPage>
  );
}

function PersonView({ person }: { person: Person }) {
  const { catalog, matching } = useText();
  const parts = new Map(person.parts.map((part) => [part.title.id, part]));
  const jobs = [...new Set(person.parts.flatMap((part) => part.jobs))];
  const facts = [
    person.born_on && `${catalog.born} ${formatDate(person.born_on)}`,
    person.died_on && `${catalog.died} ${formatDate(person.died_on)}`,
    person.birthplace,
  ].filter(Boolean);
  const noteOf = (id: string) => {
    const part = parts.get(id);
    if (part === undefined) return undefined;
    const role = part.characters.length > 0 && catalog.asCharacter(part.characters.join(", "));
    const made = part.jobs.filter((job) => job !== "actor").map((job) => catalog.jobs[job] ?? job);
    return [...made, role].filter(Boolean).join(" · ") || undefined;
  };
  return (
    <>
      <CatalogHeading
        kind={jobs.map((job) => catalog.jobs[job] ?? job).join(" · ")}
        name={person.name}
        picture={
          <Portrait name={person.name} slug={person.slug} url={person.portrait_url} isLarge />
        }
      >
        {facts.length > 0 && <p className="text-muted">{facts.join(" · ")}</p>}
        {person.biography !== "" && (
          <p className="text-lg whitespace-pre-line wrap-anywhere">{person.biography}</p>
        )}
      </CatalogHeading>
      <Shelf
        label={catalog.titlesOf(person.name)}
        titles={person.parts.map((part) => part.title)}
        noteOf={(title) => noteOf(title.id)}
      />
      {person.portrait_url !== null && (
        <footer className="gutter mt-10 text-sm text-muted">{matching.portraitsFrom}</footer>
      )}
    </>
  );
}
