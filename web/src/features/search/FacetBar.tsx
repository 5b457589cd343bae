import type { SearchResults } from "@streamverse/client";
import { Button, cx } from "@streamverse/ui";
import { useNavigate } from "@tanstack/react-router";

import { useText } from "../../app/i18n";
import { type WantedSearch, wantedSearch } from "../../app/search";

type Sort = "kind" | "genre" | "decade" | "language";
interface Choice {
  readonly value: string | number;
  readonly label: string;
  readonly count: number;
}

/** What the results may be narrowed to, with how many there are of each; the address keeps it. */
export function FacetBar({
  wanted,
  facets,
}: {
  wanted: WantedSearch;
  facets: SearchResults["facets"];
}) {
  const text = useText();
  const navigate = useNavigate();
  const languages = new Intl.DisplayNames(document.documentElement.lang, { type: "language" });
  const sorts: Record<Sort, readonly Choice[]> = {
    kind: facets.kinds.map(({ kind, count }) => ({
      value: kind,
      label: text.search.kinds[kind],
      count,
    })),
    genre: facets.genres.map(({ genre, count }) => ({ value: genre, label: genre, count })),
    decade: facets.decades.map(({ decade, count }) => ({
      value: decade,
      label: text.search.decade(decade),
      count,
    })),
    language: facets.languages.map(({ language, count }) => ({
      value: language,
      label: nameOf(languages, language),
      count,
    })),
  };
  const toggle = (sort: Sort, value: string | number) => {
    const chosen: readonly (string | number)[] = wanted[sort] ?? [];
    const changed = chosen.includes(value)
      ? chosen.filter((one) => one !== value)
      : [...chosen, value];
    const search = wantedSearch({ ...wanted, [sort]: changed });
    void navigate({ to: "/search", search, replace: true, resetScroll: false });
  };
  const isNarrowed = Object.keys(wanted).length > 1;
  return (
    <div role="group" aria-label={text.search.filters} className="gutter grid gap-3">
      {(Object.keys(sorts) as Sort[])
        .filter((sort) => sorts[sort].length > 1 || (wanted[sort]?.length ?? 0) > 0)
        .map((sort) => (
          <div
            key={sort}
            role="group"
            aria-label={text.search.facets[sort]}
            className="flex flex-wrap items-center gap-2"
          >
            <span aria-hidden className="w-24 shrink-0 text-sm font-semibold text-muted">
              {text.search.facets[sort]}
            </span>
            {withChosen(sorts[sort], wanted[sort] ?? []).map(({ value, label, count }) => (
              <Chip
                key={value}
                label={label}
                count={count}
                isChosen={(wanted[sort] as readonly (string | number)[] | undefined)?.includes(
                  value,
                )}
                onClick={() => toggle(sort, value)}
              />
            ))}
          </div>
        ))}
      {isNarrowed && (
        <div>
          <Button
            variant="secondary"
            onClick={() =>
              void navigate({
                to: "/search",
                search: wanted.q === undefined ? {} : { q: wanted.q },
                replace: true,
              })
            }
          >
            {text.search.clearFilters}
          </Button>
        </div>
      )}
    </div>
  );
}

function Chip({
  label,
  count,
  isChosen = false,
  onClick,
}: {
  label: string;
  count: number;
  isChosen?: boolean | undefined;
  onClick: () => void;
}) {
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      onClick={onClick}
      className={cx(
        "inline-flex min-h-11 items-center gap-2 rounded-full border px-4 transition-colors",
        isChosen
          ? "border-transparent bg-accent font-semibold text-accent-ink"
          : "border-line bg-surface text-ink hover:border-line-strong",
      )}
    >
      {label}
      <span className={cx("text-sm", !isChosen && "text-muted")}>{count}</span>
    </button>
  );
}

/** What is chosen stays, even if nothing is left of it: otherwise nobody could take it back. */
function withChosen(
  choices: readonly Choice[],
  chosen: readonly (string | number)[],
): readonly Choice[] {
  const known = new Set(choices.map(({ value }) => value));
  const missing = chosen.filter((value) => !known.has(value));
  return [...choices, ...missing.map((value) => ({ value, label: String(value), count: 0 }))];
}

function nameOf(languages: Intl.DisplayNames, tag: string): string {
  try {
    return languages.of(tag) ?? tag;
  } catch {
    return tag;
  }
}
