import type { TitleDetails } from "@streamverse/client";
import { Link } from "@tanstack/react-router";
import { Fragment, type ReactNode } from "react";

import { formatCountry, formatDate, formatDuration, formatLanguage } from "../../app/format";
import { useText } from "../../app/i18n";

/** What is known of a title, in pairs. */
export function TitleFacts({ details }: { details: TitleDetails }) {
  const text = useText();
  const { title } = details;
  const picture =
    title.width !== null && title.height !== null && `${title.width} × ${title.height}`;
  const isOtherName = title.original_name !== "" && title.original_name !== title.name;
  const facts: [string, ReactNode][] = [
    [text.catalog.originalName, isOtherName && title.original_name],
    [text.title.length, title.duration_ms !== null && formatDuration(title.duration_ms)],
    [
      text.catalog.advisoriesLabel,
      title.advisories.map((word) => text.catalog.advisories[word] ?? word).join(", "),
    ],
    [text.catalog.released, title.released_on !== null && formatDate(title.released_on)],
    [text.title.year, title.released_on === null && title.year],
    [
      text.catalog.language,
      details.original_language !== null && formatLanguage(details.original_language),
    ],
    [text.catalog.countries, details.countries.map((code) => formatCountry(code)).join(", ")],
    [text.catalog.studios, details.studios.length > 0 && <StudioLinks details={details} />],
    [
      text.catalog.collections,
      details.collections.length > 0 && <CollectionLinks details={details} />,
    ],
    [text.title.picture, picture],
    [text.title.added, formatDate(title.created_at)],
    [text.title.credit, title.credit],
  ];
  return (
    <section aria-label={text.title.facts}>
      <dl className="grid gap-4">
        {facts.map(
          ([name, value]) =>
            Boolean(value) && (
              <div key={name} className="border-s-2 border-line ps-4">
                <dt className="text-sm font-semibold text-muted">{name}</dt>
                <dd className="wrap-anywhere whitespace-pre-line">{value}</dd>
              </div>
            ),
        )}
      </dl>
    </section>
  );
}

function StudioLinks({ details: { studios } }: { details: TitleDetails }) {
  return studios.map(({ slug, name }, index) => (
    <Fragment key={slug}>
      {index > 0 && ", "}
      <Link to="/studio/$slug" params={{ slug }} className="link">
        {name}
      </Link>
    </Fragment>
  ));
}

function CollectionLinks({ details: { collections } }: { details: TitleDetails }) {
  const text = useText();
  return collections.map(({ id, kind, slug, name }, index) => (
    <Fragment key={id}>
      {index > 0 && ", "}
      {kind === "bundle" ? (
        <Link to="/bundles/$id" params={{ id }} className="link">
          {text.catalog.bundleNamed(name)}
        </Link>
      ) : (
        <Link to="/collections/$slug" params={{ slug }} className="link">
          {name}
        </Link>
      )}
    </Fragment>
  ));
}
