/** What the pages read from the part of the address after the question mark. */
import { isThrough, type Through } from "../features/library/playing-through";
import { safeNext } from "./safe-next";

type Raw = Record<string, unknown>;

const KINDS = [
  "movie",
  "series",
  "clip",
  "event",
  "person",
  "collection",
  "genre",
  "studio",
] as const;
export type SearchKind = (typeof KINDS)[number];

export interface WantedSearch {
  q?: string;
  kind?: SearchKind[];
  genre?: string[];
  decade?: number[];
  language?: string[];
}

/** Words to look for, and what the results are narrowed to. */
export function wantedSearch(search: Raw): WantedSearch {
  const q = wordsOf(search["q"]);
  const kind = listOf(search["kind"]).filter((word): word is SearchKind =>
    KINDS.some((known) => known === word),
  );
  const genre = listOf(search["genre"]);
  const decade = listOf(search["decade"]).map(Number).filter(Number.isInteger);
  const language = listOf(search["language"]);
  return {
    ...(q === null ? {} : { q }),
    ...(kind.length === 0 ? {} : { kind }),
    ...(genre.length === 0 ? {} : { genre }),
    ...(decade.length === 0 ? {} : { decade }),
    ...(language.length === 0 ? {} : { language }),
  };
}

/** What is played through, from one title to the next. */
export function watchSearch(search: Raw): { in?: Through } {
  return isThrough(search["in"]) ? { in: search["in"] } : {};
}

function listOf(value: unknown): string[] {
  const given: unknown[] = Array.isArray(value) ? value : [value];
  return given.map(wordsOf).filter((word) => word !== null);
}

/**
 * The page to go on to; why another service did not log somebody in, as a code; and how an account
 * was just left: paused, or to be deleted at some moment.
 */
export function loginSearch(search: Raw): { next?: string; error?: string; left?: string } {
  const next = safeNext(search["next"]);
  const left = wordsOf(search["left"]);
  const isKnown = left !== null && (left === "paused" || !Number.isNaN(Date.parse(left)));
  return {
    ...(next === "/" ? {} : { next }),
    ...(isKnown ? { left } : {}),
    ...errorSearch(search),
  };
}

/** What went wrong elsewhere, as the code that the server gave it. */
export function errorSearch(search: Raw): { error?: string } {
  const error = wordsOf(search["error"]);
  return error === null ? {} : { error };
}

/** The code that a television shows. */
export function linkSearch(search: Raw): { code?: string } {
  const code = wordsOf(search["code"]);
  return code === null ? {} : { code };
}

/** The page to go on to once somebody has said who watches. */
export function profilesSearch(search: Raw): { next?: string } {
  const next = safeNext(search["next"]);
  return next === "/" || next.startsWith("/profiles") ? {} : { next };
}

/** Which profile is edited: one of the family, or a new one; none shows them all. */
export function manageSearch(search: Raw): { profile?: string } {
  const profile = wordsOf(search["profile"]);
  return profile === null ? {} : { profile };
}

/** Which season of a series is open. */
export function titleSearch(search: Raw): { season?: number } {
  const season = wholeNumber(search["season"]);
  return season === null ? {} : { season };
}

const SORTS = ["newest", "name", "latest_year", "earliest_year"] as const;
const BROWSED_KINDS = ["movie", "series", "clip", "event"] as const;

export interface BrowseSearch {
  /** Names in an address, parted by commas, which no slug has. */
  genre?: string;
  match?: "all";
  studio?: string;
  /** One alone: what staff calls a title may hold a comma. */
  tag?: string;
  language?: string;
  kind?: (typeof BROWSED_KINDS)[number];
  from?: number;
  to?: number;
  age?: number;
  sort?: (typeof SORTS)[number];
}

/** What somebody browses for; what cannot be is left out. */
export function browseSearch(search: Raw): BrowseSearch {
  const found = {
    genre: wordsOf(search["genre"]),
    match: search["match"] === "all" ? ("all" as const) : null,
    studio: wordsOf(search["studio"]),
    tag: wordsOf(search["tag"]),
    language: wordsOf(search["language"]),
    kind: oneOf(BROWSED_KINDS, search["kind"]),
    from: wholeNumber(search["from"]),
    to: wholeNumber(search["to"]),
    age: wholeNumber(search["age"]),
    sort: oneOf(SORTS, search["sort"]),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== null));
}

/** Which mail is open. */
export function mailsSearch(search: Raw): { mail?: string } {
  const mail = wordsOf(search["mail"]);
  return mail === null ? {} : { mail };
}

/** The router reads words of digits alone as a number. */
function wordsOf(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value.trim() ? value : null;
}

function wholeNumber(value: unknown): number | null {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 0 ? number : null;
}

function oneOf<const Choices extends readonly string[]>(
  choices: Choices,
  value: unknown,
): Choices[number] | null {
  return choices.find((choice) => choice === value) ?? null;
}
