import type { AudioTrack } from "@streamverse/player";

import { languageName } from "../preferences/languages";

const STEREO_CHANNELS = 2;
const SURROUND_CHANNELS = 6;

/** What a sound is called in lists: its own name, or its language, and what makes it special. */
export function soundName(track: AudioTrack | undefined): string | null {
  if (track === undefined) return null;
  const name = track.label ?? languageName(track.language);
  if (track.channels <= STEREO_CHANNELS) return name;
  return `${name} ${track.channels === SURROUND_CHANNELS ? "5.1" : "7.1"}`;
}
