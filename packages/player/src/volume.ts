import type { Memory } from "./platform";
import { clamp } from "./time";

const VOLUME_KEY = "streamverse.volume";

type Volume = readonly [volume: number, isMuted: boolean];

export function keepVolume(memory: Memory, video: HTMLMediaElement): void {
  memory.write(VOLUME_KEY, JSON.stringify([video.volume, video.muted]));
}

/** Give the volume that this device was left with; whatever else is kept is as if nothing were. */
export function recallVolume(memory: Memory): Volume {
  try {
    const parsed: unknown = JSON.parse(memory.read(VOLUME_KEY) ?? "null");
    if (Array.isArray(parsed) && typeof parsed[0] === "number" && typeof parsed[1] === "boolean") {
      return [clamp(parsed[0], 0, 1), parsed[1]];
    }
  } catch {
    // What was stored is not ours: begin afresh.
  }
  return [1, false];
}
