import type { SearchResults } from "@streamverse/client";
import { Button, EmptyState, IconButton, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { History, Search, SearchX, X } from "lucide-react";

import { sentenceOf } from "../app/api";
import { useText } from "../app/i18n";
import type { WantedSearch } from "../app/search";
import { ProblemNotice } from "../features/ProblemNotice";
import { FacetBar } from "../features/search/FacetBar";
import { HitLink } from "../features/search/HitLink";
import { HitTile } from "../features/search/HitTile";
import {
  historyQuery,
  resultsQuery,
  type SearchHit,
  trendingQuery,
  useClearHistory,
  useForget,
} from "../features/search/queries";

const route = getRouteApi("/member/layout/search");
const grid =
  "gutter grid grid-cols-[repeat(auto-fill,minmax(min(100%,15rem),1fr))] gap-x-5 gap-y-8";
const chip =
  "inline-flex min-h-11 items-center rounded-full border border-line bg-surface px-4 hover:border-line-strong";

export function SearchPage() {
  const text = useText();
  const wanted = route.useSearch();
  return (
    <>
      <title>{`${wanted.q ?? text.search.title} · ${text.appName}`}</title>
      {wanted.q === undefined ? <Start /> : <Results wanted={wanted} words={wanted.q} />}
    </>
  );
}

function Results({ wanted, words }: { wanted: WantedSearch; words: string }) {
  const text = useText();
  const results = useQuery(resultsQuery(wanted));
  const hits = results.data?.hits ?? [];
  const isNarrowed = Object.keys(wanted).length > 1;
  if (results.isSuccess && hits.length === 0 && !isNarrowed) {
    return (
      <>
        <EmptyState
          as="h1"
          icon={<SearchX aria-hidden size={36} />}
          title={text.search.nothingTitle(words)}
        >
          {text.search.nothingBody}
        </EmptyState>
        <Trending />
      </>
    );
  }
  return (
    <section className="mt-10 grid gap-6" aria-busy={results.isFetching}>
      <div className="gutter grid gap-2">
        <h1 className="text-3xl font-bold wrap-anywhere">{text.search.resultsFor(words)}</h1>
        {results.data && <DidYouMean wanted={wanted} meant={results.data.did_you_mean} />}
        <p role="status" className="text-muted">
          {results.data && text.search.resultCount(hits.length, results.data.is_more)}
        </p>
      </div>
      {results.data && <FacetBar wanted={wanted} facets={results.data.facets} />}
      {results.isError && (
        <ProblemNotice
          sentence={sentenceOf(results.error, text)}
          onRetry={() => void results.refetch()}
        />
      )}
      {results.isPending && <ResultsSkeleton />}
      {results.isSuccess && hits.length === 0 && (
        <p className="gutter text-lg text-muted">{text.search.nothingNarrowed}</p>
      )}
      <ul className={grid}>
        {hits.map((hit) => (
          <li key={hit.id}>
            <HitTile hit={hit} words={words} />
          </li>
        ))}
      </ul>
      {results.data && <AlsoSearched results={results.data} />}
    </section>
  );
}

function DidYouMean({ wanted, meant }: { wanted: WantedSearch; meant: string | null }) {
  const text = useText();
  if (meant === null) return null;
  return (
    <p className="text-lg">
      {text.search.didYouMean}{" "}
      <Link
        to="/search"
        search={{ ...wanted, q: meant }}
        className="inline-block font-semibold text-accent-text underline underline-offset-4"
      >
        <span dir="auto">{meant}</span>
      </Link>
      ?
    </p>
  );
}

function AlsoSearched({ results }: { results: SearchResults }) {
  const text = useText();
  return <HitChips heading={text.search.alsoSearched} hits={results.also_searched} />;
}

function Trending() {
  const text = useText();
  const trending = useQuery(trendingQuery);
  return <HitChips heading={text.search.trending} hits={trending.data ?? []} />;
}

function HitChips({ heading, hits }: { heading: string; hits: readonly SearchHit[] }) {
  if (hits.length === 0) return null;
  return (
    <section className="gutter mt-6 grid gap-3">
      <h2 className="text-xl font-bold">{heading}</h2>
      <ul className="flex flex-wrap gap-2">
        {hits.map((hit) => (
          <li key={hit.id}>
            <HitLink hit={hit} className={chip}>
              <span dir="auto">{hit.name}</span>
            </HitLink>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Before anything is typed: what was searched before, and what others search. */
function Start() {
  const text = useText();
  return (
    <div className="grid gap-6">
      <EmptyState as="h1" icon={<Search aria-hidden size={36} />} title={text.search.startTitle}>
        {text.search.startBody}
      </EmptyState>
      <PastSearches />
      <Trending />
    </div>
  );
}

function PastSearches() {
  const text = useText();
  const history = useQuery(historyQuery);
  const forget = useForget();
  const clear = useClearHistory();
  const past = history.data ?? [];
  if (past.length === 0) return null;
  return (
    <section className="gutter grid gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 className="text-xl font-bold">{text.search.history}</h2>
        <Button variant="secondary" isBusy={clear.isPending} onClick={() => clear.mutate()}>
          {text.search.clearHistory}
        </Button>
      </div>
      <ul className="grid max-w-2xl gap-1">
        {past.map(({ id, query }) => (
          <li key={id} className="flex items-center gap-2">
            <Link
              to="/search"
              search={{ q: query }}
              className="flex min-h-11 min-w-0 flex-1 items-center gap-3 rounded-control px-3 hover:bg-hover"
            >
              <History aria-hidden size={18} className="shrink-0 text-muted" />
              <span dir="auto" className="truncate">
                {query}
              </span>
            </Link>
            <IconButton label={text.search.forget(query)} onClick={() => forget.mutate(id)}>
              <X aria-hidden size={18} />
            </IconButton>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ResultsSkeleton() {
  return (
    <div className={grid}>
      {Array.from({ length: 8 }, (_, index) => (
        <Skeleton key={index} className="aspect-video" />
      ))}
    </div>
  );
}
