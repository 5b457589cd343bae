import { useSyncExternalStore } from "react";

/** The secret of a mail's link stands behind the `#`, which browsers keep to themselves. */

/** Read the secret out of `#token=…`; null when there is none. */
export function tokenIn(hash: string): string | null {
  const token = new URLSearchParams(hash.replace(/^#/, "")).get("token")?.trim() ?? "";
  return token === "" ? null : token;
}

let kept: { path: string; token: string } | null = null;

/**
 * Take the secret out of the address, so that it stays neither in the history nor in the bar.
 * Asked again on the same page, it gives the same secret.
 */
export function takeToken(): string | null {
  const { hash, pathname, search } = window.location;
  const token = tokenIn(hash);
  if (token !== null) {
    kept = { path: pathname, token };
    window.history.replaceState(window.history.state, "", pathname + search);
  }
  return kept?.path === pathname ? kept.token : null;
}

/** The secret of a link, also of one that is opened where its page stands already. */
export function useToken(): string | null {
  return useSyncExternalStore(onHashChange, takeToken);
}

function onHashChange(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

/** What a log-in at another service came back with: a half-finished log-in, and what finishes it. */
export interface Arrival {
  readonly ticket: string;
  readonly methods: readonly string[];
}

let arrival: Arrival | null = null;

/** Take it out of the address, like the secret of a link. */
export function takeArrival(): Arrival | null {
  const { hash, pathname, search } = window.location;
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const ticket = given.get("ticket");
  if (ticket !== null && ticket !== "") {
    const methods = (given.get("methods") ?? "").split(",").filter(Boolean);
    arrival = { ticket, methods };
    window.history.replaceState(window.history.state, "", pathname + search);
  }
  return arrival;
}

/** Once it was used, or waved aside. */
export function forgetArrival(): void {
  arrival = null;
}
