/** What the pages read from the part of the address after the question mark. */
import { safeNext } from "./safe-next";

type Raw = Record<string, unknown>;

/** Words to look for. */
export function homeSearch(search: Raw): { q?: string } {
  const q = wordsOf(search["q"]);
  return q === null ? {} : { q };
}

/** The one-time token of the set-up link. */
export function setupSearch(search: Raw): { token?: string } {
  const token = wordsOf(search["token"]);
  return token === null ? {} : { token };
}

/** The page to go on to. */
export function loginSearch(search: Raw): { next?: string } {
  const next = safeNext(search["next"]);
  return next === "/" ? {} : { next };
}

/** The router reads words of digits alone as a number. */
function wordsOf(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value.trim() ? value : null;
}
