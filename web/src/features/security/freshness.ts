/** For so long after showing who one is, sensitive things can be done; a minute is left over. */
const FRESH_MS = 9 * 60_000;

export function isFresh(authenticatedAt: string, now = Date.now()): boolean {
  return now - Date.parse(authenticatedAt) < FRESH_MS;
}
