import type { Preferences } from "@streamverse/client";
import { noPreferences } from "@streamverse/player";
import { expect, test } from "vitest";

import { viewerPreferences } from "./viewer-preferences";

const playback: Preferences["playback"] = {
  quality_cap: "none",
  data_use: "automatic",
  speed_percent: 100,
  is_next_autoplayed: true,
  is_preview_autoplayed: true,
};

function preferences(changed: Partial<Preferences["playback"]>): Preferences {
  const languages = { audio_languages: [], subtitle_languages: [] };
  return { ...languages, playback: { ...playback, ...changed } } as unknown as Preferences;
}

test("whoever has chosen nothing bounds nothing", () => {
  expect(viewerPreferences(preferences({}))).toEqual(noPreferences);
});

test("a cap, a small plan and a speed reach the player", () => {
  const chosen = preferences({ quality_cap: "720p", data_use: "saver", speed_percent: 125 });
  const { maxHeight, maxBitrateBps, rate } = viewerPreferences(chosen);
  expect([maxHeight, Math.round(maxBitrateBps), rate]).toEqual([720, 666_667, 1.25]);
});
