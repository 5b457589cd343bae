import type { Marker } from "./state";

/** Pressed within so much of its end, skipping would do nothing that anybody notices. */
const TOO_LATE_SECONDS = 1;
/** Credits that end so close to the end lead to it: after them nothing is to be seen. */
const CLOSE_TO_END_SECONDS = 5;
/** Where nobody said when the credits begin, what comes next is offered so long before the end. */
const OFFER_BEFORE_END_SECONDS = 15;
/** What is shorter is over before anybody has read an offer. */
const SHORTEST_WITH_OFFER_SECONDS = 60;

/** Find the intro, recap or credits that may be skipped at a moment, for what comes after. */
export function skippableAt(
  markers: readonly Marker[],
  seconds: number,
  durationSeconds: number,
): Marker | null {
  const isOn = (marker: Marker) =>
    marker.kind !== "chapter" &&
    marker.startSeconds <= seconds &&
    seconds < marker.endSeconds - TOO_LATE_SECONDS &&
    !leadsToEnd(marker, durationSeconds);
  return markers.find(isOn) ?? null;
}

/** From when on the title that follows is offered: from the credits that lead to the end. */
export function offerFrom(markers: readonly Marker[], durationSeconds: number): number {
  const credits = markers.findLast(
    (marker) => marker.kind === "credits" && leadsToEnd(marker, durationSeconds),
  );
  if (credits !== undefined) return credits.startSeconds;
  if (durationSeconds < SHORTEST_WITH_OFFER_SECONDS) return durationSeconds;
  return durationSeconds - OFFER_BEFORE_END_SECONDS;
}

/** Find the chapter that a moment belongs to. */
export function chapterAt(markers: readonly Marker[], seconds: number): Marker | null {
  const begun = ({ kind, startSeconds, endSeconds }: Marker) =>
    kind === "chapter" && startSeconds <= seconds && seconds < endSeconds;
  return markers.findLast(begun) ?? null;
}

function leadsToEnd({ endSeconds }: Marker, durationSeconds: number): boolean {
  return endSeconds > durationSeconds - CLOSE_TO_END_SECONDS;
}
