import type { Preferences } from "@streamverse/client";
import type { ViewerPreferences } from "@streamverse/player";

const GB_PER_HOUR_BPS = 8e9 / 3600;

/** What each choice about data may take; the words beside the choice promise the same. */
const MOST_BPS: Readonly<Record<Preferences["playback"]["data_use"], number>> = {
  automatic: Infinity,
  saver: 0.3 * GB_PER_HOUR_BPS,
  balanced: GB_PER_HOUR_BPS,
  unlimited: Infinity,
};

/** What the player needs to know of somebody's preferences. */
export function viewerPreferences(preferences: Preferences): ViewerPreferences {
  const { playback, audio_languages, subtitle_languages } = preferences;
  const { quality_cap, data_use, speed_percent } = playback;
  return {
    maxHeight: quality_cap === "none" ? Infinity : Number.parseInt(quality_cap, 10),
    maxBitrateBps: MOST_BPS[data_use],
    rate: speed_percent / 100,
    audioLanguages: audio_languages,
    textLanguages: subtitle_languages,
  };
}
