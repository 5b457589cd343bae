import type { Direction } from "./geometry";
import { isStepped } from "./manner";

const PRESSED = new Set(["button", "checkbox", "color", "file", "image", "reset", "submit"]);
const OWN = "[contenteditable=true], [role=menu], [role=listbox]";

/** Tell whether something needs an arrow key itself: to move the caret, the thumb or the choice. */
export function keeps(element: Element, direction: Direction, isLed: boolean): boolean {
  if (element.closest(OWN) !== null) return true;
  const isAcross = direction === "up" || direction === "down";
  if (element.closest("[role=slider]") !== null) return !isAcross || !isLed;
  if (isStepped(element)) {
    return !isLed && (isAcross || !(element instanceof HTMLSelectElement));
  }
  if (element instanceof HTMLTextAreaElement) return !isAtEdge(element, direction);
  if (!(element instanceof HTMLInputElement) || PRESSED.has(element.type)) return false;
  if (element.type === "radio") return !isLed;
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
