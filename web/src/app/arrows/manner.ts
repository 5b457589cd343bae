/**
 * How somebody goes about the page.
 *
 * `led` by arrows alone, as with a remote: what they pass stays as it is. `changing` a field that
 * they came to that way. `by hand` with the tabulator or a pointer: a field has its own keys.
 */
export type Manner = "led" | "changing" | "by hand";

/** Kinds of fields whose value the arrows step through. */
const STEPPED = new Set(["number", "date", "datetime-local", "month", "time", "week"]);

let manner: Manner = "led";
let hasLed = false;
let isTyped = false;
let hasLetters = false;

export function isLed(): boolean {
  return manner === "led";
}

/** Whoever came by arrows alone, or has neither letters nor anything to point with, holds a remote. */
export function isRemote(): boolean {
  if (!isLed()) return false;
  return hasLed || (!hasLetters && window.matchMedia("(any-pointer: none)").matches);
}

export function isStepped(element: Element): element is HTMLInputElement | HTMLSelectElement {
  if (element instanceof HTMLSelectElement) return true;
  return element instanceof HTMLInputElement && STEPPED.has(element.type);
}

/** An arrow has led somewhere. */
export function noteLed(): void {
  manner = "led";
  hasLed = true;
}

/** A pointer was used. */
export function notePointer(): void {
  manner = "by hand";
}

/** Somebody has chosen from a list that they opened with Enter. */
export function noteChosen(element: EventTarget | null): void {
  if (element instanceof HTMLSelectElement && manner === "changing") manner = "led";
}

/**
 * Follow a key that is no arrow, and tell whether that was all that it was pressed for.
 *
 * Whoever is led presses Enter to choose, to begin to change a field and to have done with it.
 */
export function noteKey({ key }: KeyboardEvent, at: Element | null): boolean {
  if (key === "Tab") manner = "by hand";
  hasLetters ||= /^\p{Letter}$/u.test(key);
  if (at === null || manner === "by hand") return false;
  if (key === "Enter") return enter(at);
  if (key.length === 1 && isStepped(at)) {
    manner = "changing";
    isTyped = true;
  }
  return false;
}

function enter(at: Element): boolean {
  if (at instanceof HTMLInputElement && at.type === "radio") {
    at.click();
    return true;
  }
  if (!isStepped(at)) return false;
  if (manner === "changing") {
    manner = "led";
    return !isTyped;
  }
  manner = "changing";
  isTyped = false;
  if (at instanceof HTMLSelectElement) at.showPicker();
  return true;
}
