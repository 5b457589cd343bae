import { expect, test } from "vitest";

import { inWantedLanguage } from "./languages";

const tracks = [{ language: "en" }, { language: "pt" }, { language: "de-AT" }];

test.each([
  [[], undefined],
  [["fr"], undefined],
  [["fr", "en"], "en"],
  [["de"], "de-AT"],
  [["pt-BR", "en"], "pt"],
  [["DE-at"], "de-AT"],
])("of what is wanted, %j, the first that there is is taken", (wanted, found) => {
  expect(inWantedLanguage(tracks, wanted)?.language).toBe(found);
});

test("the very language comes before its relatives", () => {
  const both = [{ language: "pt" }, { language: "pt-BR" }];
  expect(inWantedLanguage(both, ["pt-BR"])?.language).toBe("pt-BR");
});
