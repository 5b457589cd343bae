import type { BrowseFilters } from "@streamverse/client";
import { Button, buttonClass, Choice, cx, Select } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Check, SlidersHorizontal, X } from "lucide-react";
import { type ReactNode, useId, useState } from "react";

import { formatLanguage } from "../../app/format";
import { useText } from "../../app/i18n";
import type { BrowseSearch } from "../../app/search";
import { filtersQuery, wordsIn } from "./pages";
import { YearRange } from "./YearRange";

const AGES = [0, 6, 12, 16];
const SORTS = ["newest", "name", "latest_year", "earliest_year"] as const;

type Change = (change: Partial<Record<keyof BrowseSearch, string | number | undefined>>) => void;

/** What to browse by: the kind and the order in sight, all else behind one button. */
export function FilterBar({ search }: { search: BrowseSearch }) {
  const { browse } = useText();
  const panelId = useId();
  const navigate = useNavigate({ from: "/browse" });
  const filters = useQuery(filtersQuery);
  const chosen = useChosen(search, filters.data);
  const [isOpen, setIsOpen] = useState(false);
  const change: Change = (wanted) => {
    const next = Object.fromEntries(
      Object.entries({ ...search, ...wanted }).filter(([, value]) => value !== undefined),
    );
    void navigate({ search: next, replace: true, resetScroll: false });
  };
  return (
    <section aria-label={browse.filters} className="mb-8 grid gap-5">
      <div className="flex flex-wrap items-end justify-between gap-4">
        <div className="flex flex-wrap items-end gap-4">
          {filters.data !== undefined && filters.data.kinds.length > 1 && (
            <KindChoice search={search} kinds={filters.data.kinds} change={change} />
          )}
          <Button
            icon={<SlidersHorizontal aria-hidden size={18} />}
            aria-expanded={isOpen}
            aria-controls={panelId}
            onClick={() => setIsOpen(!isOpen)}
          >
            {chosen.length > 0 ? browse.filtersSet(chosen.length) : browse.filters}
          </Button>
        </div>
        <Select
          label={browse.sort}
          value={search.sort ?? "newest"}
          onChange={({ currentTarget: { value } }) =>
            change({ sort: value === "newest" ? undefined : value })
          }
        >
          {SORTS.map((sort) => (
            <option key={sort} value={sort}>
              {browse.sorts[sort]}
            </option>
          ))}
        </Select>
      </div>
      {chosen.length > 0 && <ChosenFilters chosen={chosen} change={change} />}
      <div id={panelId} hidden={!isOpen}>
        {isOpen && filters.data !== undefined && (
          <Panel search={search} filters={filters.data} change={change} />
        )}
      </div>
    </section>
  );
}

function KindChoice({
  search,
  kinds,
  change,
}: {
  search: BrowseSearch;
  kinds: BrowseFilters["kinds"];
  change: Change;
}) {
  const { browse, catalog } = useText();
  return (
    <Choice
      label={browse.kind}
      value={search.kind ?? ""}
      onChange={(kind) => change({ kind: kind === "" ? undefined : kind })}
      choices={[
        { value: "", label: browse.allKinds },
        ...kinds.map((kind) => ({ value: kind, label: catalog.kinds[kind] })),
      ]}
    />
  );
}

interface Chosen {
  key: string;
  name: string;
  without: Parameters<Change>[0];
}

/** Every filter that is set, and what the address is without it. */
function useChosen(search: BrowseSearch, filters: BrowseFilters | undefined): Chosen[] {
  const { browse } = useText();
  const several = (
    key: "genre" | "studio" | "language",
    nameOf: (value: string) => string,
  ): Chosen[] =>
    wordsIn(search[key]).map((value) => ({
      key: `${key}:${value}`,
      name: nameOf(value),
      without: { [key]: toggled(search[key], value) },
    }));
  const named = (known: readonly { slug: string; name: string }[] | undefined) => (slug: string) =>
    known?.find((one) => one.slug === slug)?.name ?? slug;
  const single = (key: "from" | "to" | "age", name: (value: number) => string): Chosen[] => {
    const value = search[key];
    return value === undefined ? [] : [{ key, name: name(value), without: { [key]: undefined } }];
  };
  return [
    ...several("genre", named(filters?.genres)),
    ...several("studio", named(filters?.studios)),
    ...(search.tag === undefined
      ? []
      : [{ key: "tag", name: search.tag, without: { tag: undefined } }]),
    ...several("language", (tag) => formatLanguage(tag)),
    ...single("from", (year) => `${browse.from} ${year}`),
    ...single("to", (year) => `${browse.to} ${year}`),
    ...single("age", browse.upTo),
  ];
}

function ChosenFilters({ chosen, change }: { chosen: readonly Chosen[]; change: Change }) {
  const { browse } = useText();
  return (
    <ul aria-label={browse.chosen} className="flex flex-wrap items-center gap-2">
      {chosen.map(({ key, name, without }) => (
        <li key={key} className="max-w-full">
          <button
            type="button"
            aria-label={browse.remove(name)}
            onClick={() => change(without)}
            className={cx(buttonClass("secondary", "sm"), "max-w-full")}
          >
            <span className="truncate">{name}</span>
            <X aria-hidden size={16} className="shrink-0" />
          </button>
        </li>
      ))}
      <li>
        <Link to="/browse" className={buttonClass("quiet", "sm")}>
          {browse.clear}
        </Link>
      </li>
    </ul>
  );
}

function Panel({
  search,
  filters,
  change,
}: {
  search: BrowseSearch;
  filters: BrowseFilters;
  change: Change;
}) {
  const { browse } = useText();
  const genres = wordsIn(search.genre);
  const chipsOf = (
    key: "genre" | "studio" | "language",
    offered: readonly { slug: string; name: string }[],
  ) =>
    offered.map(({ slug, name }) => (
      <ChipToggle
        key={slug}
        isOn={wordsIn(search[key]).includes(slug)}
        onToggle={() => change({ [key]: toggled(search[key], slug) })}
      >
        {name}
      </ChipToggle>
    ));
  return (
    <div className="grid gap-7 rounded-2xl border border-line bg-surface p-4 sm:p-6">
      {filters.genres.length > 0 && (
        <Group label={browse.genres}>{chipsOf("genre", byFamily(filters.genres))}</Group>
      )}
      {genres.length > 1 && (
        <Choice
          label={browse.match}
          value={search.match ?? "any"}
          onChange={(match) => change({ match: match === "all" ? "all" : undefined })}
          choices={[
            { value: "any", label: browse.matchAny },
            { value: "all", label: browse.matchAll },
          ]}
        />
      )}
      {filters.languages.length > 0 && (
        <Group label={browse.languages}>
          {chipsOf(
            "language",
            filters.languages.map((tag) => ({ slug: tag, name: formatLanguage(tag) })),
          )}
        </Group>
      )}
      {filters.studios.length > 0 && (
        <Group label={browse.studios}>{chipsOf("studio", filters.studios)}</Group>
      )}
      {filters.tags.length > 0 && (
        <Group label={browse.tags}>
          {filters.tags.map((tag) => (
            <ChipToggle
              key={tag}
              isOn={search.tag === tag}
              onToggle={() => change({ tag: search.tag === tag ? undefined : tag })}
            >
              {tag}
            </ChipToggle>
          ))}
        </Group>
      )}
      <div className="flex flex-wrap items-start gap-x-8 gap-y-6">
        <Choice
          label={browse.age}
          value={search.age ?? -1}
          onChange={(age) => change({ age: age === -1 ? undefined : age })}
          choices={[
            { value: -1, label: browse.anyAge },
            ...AGES.map((age) => ({ value: age, label: browse.upTo(age) })),
          ]}
        />
        <YearRange
          key={`${search.from}-${search.to}`}
          from={search.from}
          to={search.to}
          onChange={change}
        />
      </div>
    </div>
  );
}

function Group({ label, children }: { label: string; children: ReactNode }) {
  const id = useId();
  return (
    <div role="group" aria-labelledby={id} className="grid gap-3">
      <h2 id={id} className="text-sm font-semibold">
        {label}
      </h2>
      <div className="flex max-h-52 flex-wrap gap-2 overflow-y-auto p-1">{children}</div>
    </div>
  );
}

/** Something to choose or not, as a chip. */
function ChipToggle({
  isOn,
  onToggle,
  children,
}: {
  isOn: boolean;
  onToggle: () => void;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={onToggle}
      className={cx(buttonClass(isOn ? "primary" : "secondary", "sm"), "max-w-full")}
    >
      {isOn && <Check aria-hidden size={16} className="shrink-0" />}
      <span className="truncate">{children}</span>
    </button>
  );
}

/** Genres in families: each before those beneath it. */
function byFamily(genres: BrowseFilters["genres"]): BrowseFilters["genres"] {
  const beneath = (parent: string | null): BrowseFilters["genres"] =>
    genres
      .filter((genre) => genre.parent === parent)
      .flatMap((genre) => [genre, ...beneath(genre.slug)]);
  return beneath(null);
}

function toggled(words: string | undefined, word: string): string | undefined {
  const before = wordsIn(words);
  const after = before.includes(word) ? before.filter((one) => one !== word) : [...before, word];
  return after.length === 0 ? undefined : after.join(",");
}
