import { type ParsedLocation, useRouter, useRouterState } from "@tanstack/react-router";
import { type RefObject, useEffect, useRef } from "react";

/** Where something may still appear for so long after its page. */
const APPEARS_WITHIN_MS = 5_000;
// The player has no frame of the app around it, so that this outlives the frame.
const leftBy = new Map<string, string>();
let isFirstPage = true;

/**
 * A link that leads to another page goes away with the old one: the keyboard starts in the new.
 *
 * Whoever comes back starts at the link that they left by.
 */
export function useFocusOnArrival(content: RefObject<HTMLElement | null>): void {
  const router = useRouter();
  const left = useRef<string>(undefined);
  const page = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  useEffect(
    () =>
      router.subscribe("onBeforeNavigate", ({ fromLocation }) => {
        const address = document.activeElement?.closest("a")?.getAttribute("href");
        if (fromLocation && address) leftBy.set(keyOf(fromLocation), address);
      }),
    [router],
  );
  useEffect(() => {
    if (page === undefined) return undefined;
    // The first page is begun at its very start, where the link is that skips the navigation.
    const hasMoved = !isFirstPage && left.current !== page;
    isFirstPage = false;
    left.current = page;
    const main = content.current;
    const at = document.activeElement;
    if (!hasMoved || main === null || (at !== document.body && at !== main)) return undefined;
    main.focus({ preventScroll: true });
    const address = leftBy.get(keyOf(router.state.location));
    return address === undefined ? undefined : focusWhenThere(main, address);
  }, [content, page, router]);
}

function keyOf({ state, href }: ParsedLocation): string {
  return state.__TSR_key ?? href;
}

/** Wait for a link of what is still loading, as long as nothing else is reached for. */
function focusWhenThere(main: HTMLElement, address: string): () => void {
  const look = () => {
    const link = main.querySelector<HTMLElement>(`a[href="${CSS.escape(address)}"]`);
    if (link === null && document.activeElement === main) return;
    if (document.activeElement === main) link?.focus({ preventScroll: true });
    stop();
  };
  const observer = new MutationObserver(look);
  const timer = window.setTimeout(() => observer.disconnect(), APPEARS_WITHIN_MS);
  const stop = () => {
    observer.disconnect();
    window.clearTimeout(timer);
  };
  observer.observe(main, { childList: true, subtree: true });
  look();
  return stop;
}
