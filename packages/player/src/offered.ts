import type { Quality } from "./state";

/** Call a quality by its height, and by its rate where that is more than usual. */
export function qualityId(height: number, framesPerSecond: number | null): string {
  return `${height}p${framesPerSecond !== null && framesPerSecond > 30 ? framesPerSecond : ""}`;
}

/** List what a master playlist offers, the tallest first: of each quality the richest. */
export function qualitiesIn(master: string): readonly Quality[] {
  const best = new Map<string, Quality>();
  for (const [, attributes = ""] of master.matchAll(/^#EXT-X-STREAM-INF:(.*)$/gm)) {
    const quality = qualityOf(attributes);
    if (quality !== null && quality.bitrateBps >= (best.get(quality.id)?.bitrateBps ?? 0))
      best.set(quality.id, quality);
  }
  return [...best.values()].sort(tallestFirst);
}

/** Add to what an engine knows what has come to be offered since. */
export function joinQualities(
  known: readonly Quality[],
  offered: readonly Quality[],
): readonly Quality[] {
  const ids = new Set(known.map(({ id }) => id));
  return [...known, ...offered.filter(({ id }) => !ids.has(id))].sort(tallestFirst);
}

/** Ask which qualities there are by HLS; none where that cannot be told. */
export async function findQualities(hlsUrl: string): Promise<readonly Quality[]> {
  try {
    const answer = await fetch(hlsUrl);
    return answer.ok ? qualitiesIn(await answer.text()) : [];
  } catch {
    return [];
  }
}

function tallestFirst(a: Quality, b: Quality): number {
  return b.height - a.height || b.bitrateBps - a.bitrateBps;
}

function qualityOf(attributes: string): Quality | null {
  const size = /(?:^|,)RESOLUTION=(\d+)x(\d+)/.exec(attributes);
  const bitrate = /(?:^|,)BANDWIDTH=(\d+)/.exec(attributes);
  const rate = /(?:^|,)FRAME-RATE=([\d.]+)/.exec(attributes);
  if (size === null || bitrate === null) return null;
  const framesPerSecond = rate === null ? null : Math.round(Number(rate[1]));
  const height = Number(size[2]);
  return {
    id: qualityId(height, framesPerSecond),
    width: Number(size[1]),
    height,
    framesPerSecond,
    bitrateBps: Number(bitrate[1]),
  };
}
