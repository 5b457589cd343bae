import { around, type Box, common } from "./geometry";

const STOPS =
  "a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, summary, [tabindex]";
const WINDOWS = ":is([role=dialog], [role=alertdialog]):not([data-closed])";

/** A player that fills the window covers the page, and what stands over its picture covers it. */
const COVERS = "[data-arrows=lead], [data-fills-window]";

/** Give where the arrows lead about: in the window that is open, else on all that is to be seen. */
export function scopeOf(at: Element | null): Element {
  const own = at?.closest(WINDOWS) ?? [...document.querySelectorAll(WINDOWS)].at(-1);
  return own ?? at?.closest(COVERS) ?? document.body;
}

/** Tell whether the arrows lead about in a window, which has nothing to do with the page. */
export function isWindow(scope: Element): boolean {
  return scope.matches(WINDOWS);
}

/** List what can have the focus, in its order. */
export function stopsIn(scope: Element): HTMLElement[] {
  return [...scope.querySelectorAll<HTMLElement>(STOPS)].filter(isStop);
}

function isStop(element: HTMLElement): boolean {
  if (element.tabIndex < 0 || element.closest("[inert], [data-arrows=pass]") !== null) return false;
  if (element.getClientRects().length === 0) return false;
  if (getComputedStyle(element).visibility === "hidden") return false;
  return !isRadio(element) || element === standingFor(groupOf(element));
}

/** Give the box of a stop; radio buttons are come to as the group that they are. */
export function boxOf(element: HTMLElement): Box {
  const parts = isRadio(element) ? groupOf(element) : [element];
  return around(parts.map((part) => part.getBoundingClientRect()));
}

/**
 * Give what is to be seen of stops beside one that has the focus; null is out of sight.
 *
 * What scrolls by itself shows all of it only to who is in it already.
 */
export function boxesBeside(stops: readonly HTMLElement[], at: Element): (Box | null)[] {
  const clips = new Map<Element, Box | null>();
  const clipOf = (element: Element): Box | null => {
    let clip = clips.get(element);
    if (clip === undefined) {
      const { overflowX, overflowY } = getComputedStyle(element);
      const isClipping = overflowX !== "visible" || overflowY !== "visible";
      clip = isClipping ? element.getBoundingClientRect() : null;
      clips.set(element, clip);
    }
    return clip;
  };
  return stops.map((stop) => {
    let box: Box | null = boxOf(stop);
    let parent = stop.parentElement;
    while (box !== null && parent !== null && !parent.contains(at)) {
      const clip = clipOf(parent);
      if (clip !== null) box = common(box, clip);
      parent = parent.parentElement;
    }
    return box;
  });
}

export function isRadio(element: Element): element is HTMLInputElement {
  return element instanceof HTMLInputElement && element.type === "radio";
}

export function groupOf(radio: HTMLInputElement): HTMLInputElement[] {
  const root = radio.form ?? document;
  return [...root.querySelectorAll<HTMLInputElement>("input[type=radio]:enabled")].filter(
    ({ name, form }) => name === radio.name && form === radio.form,
  );
}

function standingFor(group: readonly HTMLInputElement[]): HTMLInputElement | undefined {
  return group.find(({ checked }) => checked) ?? group[0];
}
