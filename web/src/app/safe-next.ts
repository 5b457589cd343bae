/** Where to go after logging in: a path of this site, or home for anything else. */
export function safeNext(next: unknown): string {
  if (typeof next !== "string" || !next.startsWith("/")) return "/";
  // "//host", "/\host" and control characters are read by browsers as other sites.
  const url = URL.canParse(next, window.location.origin)
    ? new URL(next, window.location.origin)
    : null;
  if (url?.origin !== window.location.origin) return "/";
  const path = url.pathname + url.search + url.hash;
  return path.startsWith("//") || url.pathname === "/login" ? "/" : path;
}
