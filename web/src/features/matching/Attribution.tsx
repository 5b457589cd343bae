import { useText } from "../../app/i18n";

const ENTRIES: Readonly<Record<string, string>> = { movie: "movie", series: "tv" };

/** The sentence that TMDB's terms ask for wherever something of it is shown. */
export function Attribution({ kind, number }: { kind?: string; number?: string | undefined }) {
  const { matching } = useText();
  const entry = kind === undefined ? undefined : ENTRIES[kind];
  return (
    <p className="text-sm text-muted">
      {matching.attribution}
      {entry !== undefined && number !== undefined && (
        <>
          {" "}
          <a
            href={`https://www.themoviedb.org/${entry}/${encodeURIComponent(number)}`}
            rel="noreferrer"
            className="link"
          >
            {matching.toTmdb}
          </a>
        </>
      )}
    </p>
  );
}
