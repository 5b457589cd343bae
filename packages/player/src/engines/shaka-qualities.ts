import type shaka from "shaka-player/dist/shaka-player.hls-es2021.js";

import { qualityId } from "../offered";
import type { Quality } from "../state";

/** List the qualities that there are, the tallest first: of each the richest. */
export function qualitiesOf(player: shaka.Player): readonly Quality[] {
  const best = new Map<string, Quality>();
  for (const track of player.getVideoTracks()) {
    const quality = qualityOf(track);
    if (quality && quality.bitrateBps >= (best.get(quality.id)?.bitrateBps ?? 0))
      best.set(quality.id, quality);
  }
  return [...best.values()].sort((a, b) => b.height - a.height || b.bitrateBps - a.bitrateBps);
}

export function activeQualityOf(player: shaka.Player): Quality | null {
  const track = player.getVideoTracks().find((candidate) => candidate.active);
  return track ? qualityOf(track) : null;
}

/** Play a quality from here on; what is ready is played as far as `aheadSeconds`. */
export function selectQuality(
  player: shaka.Player,
  id: string | undefined,
  aheadSeconds: number,
): void {
  const track = player.getVideoTracks().find((candidate) => qualityOf(candidate)?.id === id);
  if (track && !track.active) player.selectVideoTrack(track, true, aheadSeconds);
}

export function wholeRate(
  picture: { frameRate?: number | null } | null | undefined,
): number | null {
  return picture?.frameRate == null ? null : Math.round(picture.frameRate);
}

function qualityOf(track: shaka.extern.VideoTrack): Quality | null {
  if (track.width === null || track.height === null) return null;
  const framesPerSecond = wholeRate(track);
  return {
    id: qualityId(track.height, framesPerSecond),
    width: track.width,
    height: track.height,
    framesPerSecond,
    bitrateBps: track.bandwidth,
  };
}
