import type { TimeRange } from "./state";

/** A gap so short is jumped over. */
const GAP_SECONDS = 0.1;

/** What lies ready of a film. */
export function bufferedRanges({ buffered }: HTMLMediaElement): readonly TimeRange[] {
  return Array.from({ length: buffered.length }, (_, index) => ({
    startSeconds: buffered.start(index),
    endSeconds: buffered.end(index),
  }));
}

/** How much there is to play before the picture stands still. */
export function bufferedSeconds(video: HTMLMediaElement): number {
  const { currentTime } = video;
  const here = bufferedRanges(video).find(
    ({ startSeconds, endSeconds }) =>
      startSeconds <= currentTime + GAP_SECONDS && currentTime < endSeconds,
  );
  return here === undefined ? 0 : here.endSeconds - currentTime;
}
