import { expect, test } from "vitest";

import { belongsTo, isSubtitleFile, readSidecarName } from "./sidecar";

test.each([
  ["film.srt", ["film", null, false, false]],
  ["film.en.srt", ["film", "en", false, false]],
  ["My.Film.2008.de.forced.ass", ["My.Film.2008", "de", true, false]],
  ["film.eng.sdh.vtt", ["film", "en", false, true]],
  ["film.pt_BR.srt", ["film", "pt-BR", false, false]],
  ["the.big.one.srt", ["the.big.one", null, false, false]],
])("%s says what it is", (name, [stem, language, isForced, isSdh]) => {
  expect(readSidecarName(name)).toEqual({ stem, language, isForced, isSdh });
});

test.each([
  ["film.srt", "film.mp4", true],
  ["Film.EN.srt", "film.mkv", true],
  ["film.de.srt", "film.de.mp4", true],
  ["other.srt", "film.mp4", false],
])("whether %s belongs to %s: %s", (subtitles, film, answer) => {
  expect(belongsTo(subtitles, film)).toBe(answer);
});

test("only files of text are subtitles", () => {
  expect(["a.SRT", "a.vtt", "a.ssa", "a.mp4", "srt"].map(isSubtitleFile)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
