/** What the pages of the catalogue ask the server. */
import { unwrap } from "@streamverse/client";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";

import { api } from "../../app/api";
import type { BrowseSearch } from "../../app/search";
import { isChanging, pollWhile, titleQuery } from "./queries";

const PAGE_SIZE = 36;
const FILTERS_KEPT_MS = 60_000;

/** Everything on the page of a title; changed titles are fetched anew with it. */
export function detailsQuery(id: string) {
  return queryOptions({
    queryKey: [...titleQuery(id).queryKey, "details"],
    queryFn: () =>
      unwrap(api.GET("/api/v1/titles/{title_id}/details", { params: { path: { title_id: id } } })),
    refetchInterval: (query) => pollWhile(query.state.data && isChanging(query.state.data.title)),
  });
}

/** The seasons of a series, or the episodes of a season. */
export function childrenQuery(id: string) {
  return queryOptions({
    queryKey: [...titleQuery(id).queryKey, "children"],
    queryFn: () =>
      unwrap(api.GET("/api/v1/titles/{title_id}/children", { params: { path: { title_id: id } } })),
    refetchInterval: (query) => pollWhile(query.state.data?.some(isChanging)),
  });
}

export function personQuery(slug: string) {
  return queryOptions({
    queryKey: ["titles", "person", slug],
    queryFn: () => unwrap(api.GET("/api/v1/people/{slug}", { params: { path: { slug } } })),
  });
}

export function studioQuery(slug: string) {
  return queryOptions({
    queryKey: ["titles", "studio", slug],
    queryFn: () => unwrap(api.GET("/api/v1/studios/{slug}", { params: { path: { slug } } })),
  });
}

export function genreQuery(slug: string) {
  return queryOptions({
    queryKey: ["titles", "genre", slug],
    queryFn: () => unwrap(api.GET("/api/v1/genres/{slug}", { params: { path: { slug } } })),
  });
}

export const collectionsQuery = queryOptions({
  queryKey: ["titles", "collections"],
  queryFn: () => unwrap(api.GET("/api/v1/collections")),
});

export const bundlesQuery = queryOptions({
  queryKey: ["titles", "bundles"],
  queryFn: () => unwrap(api.GET("/api/v1/bundles")),
});

export function collectionQuery(slug: string) {
  return queryOptions({
    queryKey: ["titles", "collections", slug],
    queryFn: () => unwrap(api.GET("/api/v1/collections/{slug}", { params: { path: { slug } } })),
  });
}

export function bundleQuery(id: string) {
  return queryOptions({
    queryKey: ["titles", "bundles", id],
    queryFn: () =>
      unwrap(api.GET("/api/v1/bundles/{bundle_id}", { params: { path: { bundle_id: id } } })),
  });
}

export const filtersQuery = queryOptions({
  queryKey: ["titles", "filters"],
  queryFn: () => unwrap(api.GET("/api/v1/browse/filters")),
  staleTime: FILTERS_KEPT_MS,
});

/** Titles by filters, page by page; what is kept of it brings a reader back to their place. */
export function browseQuery(search: BrowseSearch) {
  return infiniteQueryOptions({
    queryKey: ["titles", "browse", search],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/browse", {
          params: { query: { ...asked(search), limit: PAGE_SIZE, cursor: pageParam } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** The words of a filter that may have several. */
export function wordsIn(value: string | undefined): string[] {
  return value === undefined ? [] : value.split(",").filter(Boolean);
}

function asked({ genre, studio, tag, language, kind, from, to, ...rest }: BrowseSearch) {
  return {
    ...rest,
    genre: wordsIn(genre),
    studio: wordsIn(studio),
    language: wordsIn(language),
    ...(tag === undefined ? {} : { tag: [tag] }),
    ...(kind === undefined ? {} : { kind: [kind] }),
    ...(from === undefined ? {} : { year_from: from }),
    ...(to === undefined ? {} : { year_to: to }),
  };
}
