import { useEffect } from "react";

import { type Direction, directionOf, nextBox } from "./geometry";
import { keeps } from "./keeping";
import { isLed, isRemote, isStepped, noteChosen, noteKey, noteLed, notePointer } from "./manner";
import { boxesBeside, boxOf, groupOf, isRadio, isWindow, scopeOf, stopsIn } from "./stops";

export { isRemote };

const OPENS_A_MENU = "[aria-haspopup=menu]:not([aria-expanded=true])";

/**
 * Let the arrow keys of a keyboard or a remote lead over every page, from stop to stop.
 *
 * What uses them itself comes first, unless one only passes it: see `Manner`. `data-arrows` says
 * otherwise: `own` where they belong to the whole page, as in the player, `lead` for what stands
 * over its picture, and `pass` for what only helps those who have no arrows.
 */
export function useArrowKeys(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!event.defaultPrevented) lead(event);
    };
    const choose = (event: Event) => noteChosen(event.target);
    const pressEarly = (event: KeyboardEvent) => {
      if (!event.isComposing && noteKey(event, document.activeElement)) {
        event.preventDefault();
        event.stopPropagation();
        return;
      }
      // A menu would open when one only passes its button.
      if (!(event.target instanceof Element) || !event.target.matches(OPENS_A_MENU)) return;
      if (lead(event)) event.stopPropagation();
    };
    window.addEventListener("keydown", press);
    window.addEventListener("keydown", pressEarly, { capture: true });
    window.addEventListener("pointerdown", notePointer, { capture: true });
    window.addEventListener("change", choose);
    return () => {
      window.removeEventListener("keydown", press);
      window.removeEventListener("keydown", pressEarly, { capture: true });
      window.removeEventListener("pointerdown", notePointer, { capture: true });
      window.removeEventListener("change", choose);
    };
  }, []);
}

/** Follow a key, and tell whether it led anywhere. */
function lead(event: KeyboardEvent): boolean {
  const direction = directionOf(event.key);
  if (direction === null || event.isComposing) return false;
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return false;
  const at = document.activeElement;
  const scope = scopeOf(at);
  if (!isWindow(scope) && isTheirs(at, direction)) return false;
  if (at !== null && keeps(at, direction, isLed())) return false;
  const stops = stopsIn(scope);
  const isAtStop = at instanceof HTMLElement && (isRadio(at) || stops.includes(at));
  const found = isAtStop ? next(stops, at, direction) : firstInSight(stops);
  if (found === undefined || found === at) return holdStill(event, at);
  event.preventDefault();
  noteLed();
  if (isFarAway(found, direction)) {
    scrollOn(direction);
  } else {
    found.focus({ preventScroll: true });
    bringIntoSight(found, direction);
  }
  return true;
}

/** Nothing lies that way; what is only passed keeps its value. */
function holdStill(event: KeyboardEvent, at: Element | null): boolean {
  if (at !== null && isLed() && (isRadio(at) || isStepped(at))) event.preventDefault();
  return false;
}

/** Tell whether the arrows belong to a player: of the whole page, or of what has the focus. */
function isTheirs(at: Element | null, direction: Direction): boolean {
  const player = document.querySelector("[data-arrows=own]");
  if (player === null || isAmongControls(at, player, direction)) return false;
  const isAlone = player.matches("[data-fills-window]") || document.fullscreenElement !== null;
  return isAlone || player.contains(at);
}

/** Whoever has come to a control with a remote is led on; what only offers something winds too. */
function isAmongControls(at: Element | null, player: Element, direction: Direction): boolean {
  if (at === null || at === player || !player.contains(at)) return false;
  if (at.closest("[data-arrows=lead]") !== null) return true;
  const isAlongRow = direction === "left" || direction === "right";
  return isRemote() && !(isAlongRow && at.closest("[data-winds]") !== null);
}

function next(
  stops: readonly HTMLElement[],
  at: HTMLElement,
  direction: Direction,
): HTMLElement | undefined {
  const from = at.getBoundingClientRect();
  // By themselves radio buttons would lead to one another too, but choose on the way.
  const group = isRadio(at) ? groupOf(at) : [at];
  const others = group.filter((radio) => radio !== at);
  const boxes = others.map((radio) => radio.getBoundingClientRect());
  const within = others[nextBox(boxes, from, direction) ?? -1];
  if (within !== undefined) return within;
  // The bar stays in sight while the page scrolls beneath it: it lies above all of the page.
  const isInPage = (stop: Element) => stop.closest("main") !== null;
  const rest = stops.filter((stop) => !group.some((one) => one === stop));
  const near = rest.filter((stop) => isInPage(stop) === isInPage(at));
  const found = nearest(near, at, direction) ?? inOrder(stops, at, direction);
  const isAlongRow = direction === "left" || direction === "right";
  if (found !== undefined || isAlongRow) return found;
  return nearest(
    rest.filter((stop) => isInPage(stop) !== isInPage(at)),
    at,
    direction,
  );
}

function nearest(
  stops: readonly HTMLElement[],
  at: HTMLElement,
  direction: Direction,
): HTMLElement | undefined {
  const seen: { stop: HTMLElement; box: NonNullable<ReturnType<typeof boxOf>> }[] = [];
  boxesBeside(stops, at).forEach((box, index) => {
    const stop = stops[index];
    if (box !== null && stop !== undefined) seen.push({ stop, box });
  });
  const boxes = seen.map(({ box }) => box);
  return seen[nextBox(boxes, at.getBoundingClientRect(), direction) ?? -1]?.stop;
}

/** A list to choose from keeps the keys up and down, so that the others must lead away from it. */
function inOrder(
  stops: readonly HTMLElement[],
  at: HTMLElement,
  direction: Direction,
): HTMLElement | undefined {
  if (!(at instanceof HTMLSelectElement)) return undefined;
  return stops[stops.indexOf(at) + (direction === "right" ? 1 : -1)];
}

/** Nothing has the focus yet: begin with what is in sight, rather in the page than in its bar. */
function firstInSight(stops: readonly HTMLElement[]): HTMLElement | undefined {
  const ofPage = stops.filter((stop) => stop.closest("main") !== null);
  const begin = ofPage.length > 0 ? ofPage : stops;
  const isInSight = (stop: HTMLElement) => {
    const { top, bottom } = stop.getBoundingClientRect();
    return top >= 0 && bottom <= window.innerHeight;
  };
  return begin.find(isInSight) ?? begin[0];
}

/** What lies between is for reading, and would be skipped. */
function isFarAway(found: HTMLElement, direction: Direction): boolean {
  const { top, bottom } = found.getBoundingClientRect();
  if (direction === "down") return top > window.innerHeight * 1.5;
  return direction === "up" && bottom < -window.innerHeight * 0.5;
}

function scrollOn(direction: Direction): void {
  const step = window.innerHeight * 0.6;
  window.scrollBy({ top: direction === "down" ? step : -step, behavior: behavior() });
}

function bringIntoSight(stop: HTMLElement, direction: Direction): void {
  const isAlongRow = direction === "left" || direction === "right";
  stop.scrollIntoView({
    block: isAlongRow ? "nearest" : "center",
    // A row that snaps to what it begins with would pull back what lies half beyond its end.
    inline: isWhole(stop) ? "nearest" : "start",
    behavior: behavior(),
  });
}

/** Tell whether all the width of something is in sight, in the row that scrolls too. */
function isWhole(stop: HTMLElement): boolean {
  const { left, right } = stop.getBoundingClientRect();
  let row: Element | null = stop.parentElement;
  while (row !== null && !/auto|scroll/.test(getComputedStyle(row).overflowX)) {
    row = row.parentElement;
  }
  const from = Math.max(0, row?.getBoundingClientRect().left ?? 0);
  const to = Math.min(window.innerWidth, row?.getBoundingClientRect().right ?? Infinity);
  return left >= from && right <= to;
}

function behavior(): ScrollBehavior {
  const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  return isCalm ? "instant" : "smooth";
}
