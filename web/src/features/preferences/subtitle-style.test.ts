import { expect, test } from "vitest";

import { languageName } from "./languages";
import { type Appearance, cueRule, edgeColour, subtitleStyle, withOpacity } from "./subtitle-style";

const plain: Appearance = {
  size: "medium",
  font: "sans",
  colour: "#FFFFFF",
  background_colour: "#000000",
  background_opacity_percent: 60,
  edge: "none",
};

test("the defaults are white on a dark box, without an edge", () => {
  expect(subtitleStyle(plain)).toEqual({
    fontSize: "6cqh",
    fontFamily: "var(--font-sans)",
    color: "#FFFFFF",
    backgroundColor: "rgb(0 0 0 / 60%)",
    textShadow: "none",
  });
});

test("each size is larger than the one before", () => {
  const sizes = (["small", "medium", "large", "huge"] as const).map((size) =>
    Number.parseFloat(String(subtitleStyle({ ...plain, size }).fontSize)),
  );
  expect(sizes).toEqual([...sizes].sort((one, other) => one - other));
  expect(new Set(sizes).size).toBe(4);
});

test("an outline goes all around, in the colour that stands out", () => {
  const shadow = String(subtitleStyle({ ...plain, edge: "outline" }).textShadow);
  expect(shadow.split(", ")).toHaveLength(8);
  expect(shadow).toContain("#000000");
  const dark = { ...plain, colour: "#1B2A4A", edge: "outline" } as const;
  expect(String(subtitleStyle(dark).textShadow)).toContain("#ffffff");
});

test("raised and sunken letters are lit from opposite sides", () => {
  const raised = subtitleStyle({ ...plain, edge: "raised" }).textShadow;
  const sunken = subtitleStyle({ ...plain, edge: "depressed" }).textShadow;
  expect(raised).toBe("-0.03em -0.03em 0 rgb(255 255 255 / 55%), 0.05em 0.05em 0 #000000");
  expect(sunken).toBe("0.03em 0.03em 0 rgb(255 255 255 / 55%), -0.05em -0.05em 0 #000000");
});

test.each([
  ["#FF8000", 50, "rgb(255 128 0 / 50%)"],
  ["#000000", 0, "rgb(0 0 0 / 0%)"],
])("%s at %s %% is %s", (colour, percent, shown) => {
  expect(withOpacity(colour, percent)).toBe(shown);
});

test.each([
  ["#FFE45C", "#000000"],
  ["#3D3D3D", "#ffffff"],
])("%s has the edge %s", (colour, edge) => {
  expect(edgeColour(colour)).toBe(edge);
});

test.each([
  ["de", "en", "German"],
  ["de", "de", "Deutsch"],
  ["fr", "fr", "Français"],
])("%s is called to a reader of %s: %s", (tag, reader, name) => {
  expect(languageName(tag, reader)).toBe(name);
});

test("the subtitles of a player look the same", () => {
  const rule = cueRule({ ...plain, size: "large", colour: "#FFE45C", font: "serif" });
  expect(rule).toContain(".styled-subtitles::cue {");
  expect(rule).toContain("font-size: 160%;");
  expect(rule).toContain("color: #FFE45C;");
  expect(rule).toContain("background-color: rgb(0 0 0 / 60%);");
  expect(rule).toContain('font-family: Georgia, "Times New Roman", serif;');
});
