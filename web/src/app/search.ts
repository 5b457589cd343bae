/** What the pages read from the part of the address after the question mark. */
import { safeNext } from "./safe-next";

type Raw = Record<string, unknown>;

/** Words to look for. */
export function homeSearch(search: Raw): { q?: string } {
  const q = wordsOf(search["q"]);
  return q === null ? {} : { q };
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
