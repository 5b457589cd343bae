import type { Direction } from "./geometry";

// What one steps through by the keys up and down, and from part to part by left and right.
const IN_PARTS = new Set(["date", "datetime-local", "month", "time", "week"]);
const PRESSED = new Set(["button", "checkbox", "color", "file", "image", "reset", "submit"]);
const OWN = "[contenteditable=true], [role=menu], [role=listbox], [role=slider]";

/** Tell whether something needs an arrow key itself: to move the caret, the thumb or the choice. */
export function keeps(element: Element, direction: Direction): boolean {
  if (element.closest(OWN) !== null) return true;
  const isAcross = direction === "up" || direction === "down";
  if (element instanceof HTMLSelectElement) return isAcross;
  if (element instanceof HTMLTextAreaElement) return !isAtEdge(element, direction);
  if (!(element instanceof HTMLInputElement) || PRESSED.has(element.type)) return false;
  if (element.type === "radio") return false;
  if (IN_PARTS.has(element.type)) return true;
  if (isAcross) return false;
  return element.type === "range" || !isAtEdge(element, direction);
}

/** Tell whether the caret stands where it can go no further; fields that do not say so keep it. */
function isAtEdge(field: HTMLInputElement | HTMLTextAreaElement, direction: Direction): boolean {
  const { selectionStart, selectionEnd, value } = field;
  if (selectionStart === null || selectionStart !== selectionEnd) return false;
  const isRightToLeft = getComputedStyle(field).direction === "rtl";
  const isBack = direction === "up" || direction === (isRightToLeft ? "right" : "left");
  return selectionStart === (isBack ? 0 : value.length);
}
