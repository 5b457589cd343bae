/** Cutting a recording: places are counted by its segments, and say exactly when they are. */
export interface Cut {
  readonly instants_ms: readonly number[];
  readonly parts: readonly { readonly start: number; readonly stop: number }[];
}

export interface Range {
  readonly start: number;
  readonly stop: number;
}

/** What is played now, from its first segment to its last. */
export function playedRange(cut: Cut): Range {
  return { start: cut.parts[0]?.start ?? 0, stop: cut.parts.at(-1)?.stop ?? 0 };
}

/** Let a range begin somewhere; one that ended earlier goes on to the end. */
export function withStart(cut: Cut, range: Range, start: number): Range {
  const last = cut.instants_ms.length - 1;
  if (start >= last) return range;
  return { start, stop: range.stop > start ? range.stop : last };
}

/** Let a range end somewhere; one that began later begins at the beginning. */
export function withStop(range: Range, stop: number): Range {
  if (stop <= 0) return range;
  return { start: range.start < stop ? range.start : 0, stop };
}

export function instant(cut: Cut, place: number): number {
  return cut.instants_ms[place] ?? 0;
}

/** Where a place lies in the whole, from 0 to 1. */
export function share(cut: Cut, place: number): number {
  const end = cut.instants_ms.at(-1) ?? 0;
  return end === 0 ? 0 : instant(cut, place) / end;
}

/** A moment exactly: 3,723,004 ms is "1:02:03.004". */
export function exactTime(milliseconds: number): string {
  const whole = Math.floor(milliseconds / 1000);
  const [hours, minutes, seconds] = [
    Math.floor(whole / 3600),
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  const two = (number: number) => String(number).padStart(2, "0");
  const clock =
    hours === 0 ? `${minutes}:${two(seconds)}` : `${hours}:${two(minutes)}:${two(seconds)}`;
  return `${clock}.${String(milliseconds % 1000).padStart(3, "0")}`;
}
