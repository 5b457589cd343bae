import type { KeyboardEvent } from "react";

const STOPS = "a[href], [data-stop]";

/** Where the middle of something is, and whether it reads from right to left. */
export interface Stop {
  readonly left: number;
  readonly width: number;
}

/** Find what lies nearest above or beneath, among what stands in another row. */
export function nearest(stops: readonly Stop[], from: Stop): number {
  const middle = (stop: Stop) => stop.left + stop.width / 2;
  let best = 0;
  stops.forEach((stop, index) => {
    const distance = Math.abs(middle(stop) - middle(from));
    const bestSoFar = stops[best];
    if (bestSoFar && distance < Math.abs(middle(bestSoFar) - middle(from))) best = index;
  });
  return best;
}

/** Lead by the arrow keys of a keyboard or a remote: along a row, and from row to row. */
export function followRows(event: KeyboardEvent<HTMLElement>): void {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (!(event.target instanceof HTMLElement) || !event.target.matches(STOPS)) return;
  const found = find(event.currentTarget, event.target, event.key);
  if (found === undefined) return;
  event.preventDefault();
  found.focus({ preventScroll: true });
  const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  found.scrollIntoView({
    block: "center",
    inline: "nearest",
    behavior: isCalm ? "instant" : "smooth",
  });
}

function find(page: HTMLElement, at: HTMLElement, key: string): HTMLElement | undefined {
  const row = at.closest<HTMLElement>("[data-row]");
  if (row === null) return undefined;
  const stops = stopsOf(row);
  const step = stepOf(key, getComputedStyle(row).direction);
  if (step !== 0) return stops[stops.indexOf(at) + step];
  if (key !== "ArrowUp" && key !== "ArrowDown") return undefined;
  const rows = [...page.querySelectorAll<HTMLElement>("[data-row]")];
  const other = rows[rows.indexOf(row) + (key === "ArrowDown" ? 1 : -1)];
  if (other === undefined) return undefined;
  const others = stopsOf(other);
  const boxes = others.map((stop) => stop.getBoundingClientRect());
  return others[nearest(boxes, at.getBoundingClientRect())];
}

function stepOf(key: string, direction: string): number {
  const onwards = direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  if (key === onwards) return 1;
  return key === "ArrowLeft" || key === "ArrowRight" ? -1 : 0;
}

function stopsOf(row: HTMLElement): HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>(STOPS)];
}
