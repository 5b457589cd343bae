import type { MatchSource } from "@streamverse/client";

import { useText } from "../../app/i18n";

const SOURCES: readonly MatchSource[] = ["tmdb", "anilist"];
const TMDB_ENTRIES: Readonly<Record<string, string>> = { movie: "movie", series: "tv" };

/** The sentence that is due wherever something of a source is shown, with the way to its entry. */
export function Attribution({
  source,
  kind,
  number,
}: {
  source: MatchSource;
  kind?: string;
  number?: string | undefined;
}) {
  const { matching } = useText();
  const address = kind === undefined || number === undefined ? null : entryOf(source, kind, number);
  return (
    <p className="text-sm text-muted">
      {matching.attributions[source]}
      {address !== null && (
        <>
          {" "}
          <a href={address} rel="noreferrer" className="link">
            {matching.readMore[source]}
          </a>
        </>
      )}
    </p>
  );
}

/** The sentences for a title, by the numbers that it has elsewhere. */
export function Attributions({
  kind,
  numbers,
}: {
  kind: string;
  numbers: Readonly<Record<string, string>>;
}) {
  const known = SOURCES.filter((source) => numbers[source] !== undefined);
  if (known.length === 0) return null;
  return (
    <footer className="gutter mt-10">
      {known.map((source) => (
        <Attribution key={source} source={source} kind={kind} number={numbers[source]} />
      ))}
    </footer>
  );
}

function entryOf(source: MatchSource, kind: string, number: string): string | null {
  if (source === "anilist") return `https://anilist.co/anime/${encodeURIComponent(number)}`;
  const entry = TMDB_ENTRIES[kind];
  return entry === undefined
    ? null
    : `https://www.themoviedb.org/${entry}/${encodeURIComponent(number)}`;
}
