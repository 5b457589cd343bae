import type { Preferences } from "@streamverse/client";
import type { CSSProperties } from "react";

export type Appearance = Preferences["subtitle_appearance"];

// Parts of the picture's height, as broadcasters measure subtitles.
const heights: Record<Appearance["size"], number> = { small: 4.5, medium: 6, large: 8, huge: 11 };
const fonts: Record<Appearance["font"], string> = {
  sans: "var(--font-sans)",
  serif: 'Georgia, "Times New Roman", serif',
  monospace: 'ui-monospace, "Courier New", monospace',
  casual: '"Comic Neue", "Comic Sans MS", "Segoe Print", cursive',
};
const LIGHT = "#ffffff";
const DARK = "#000000";

/** How subtitles look, for a text within a box whose height is that of the picture. */
export function subtitleStyle(appearance: Appearance): CSSProperties {
  const { size, font, colour, background_colour, background_opacity_percent, edge } = appearance;
  return {
    fontSize: `${heights[size]}cqh`,
    fontFamily: fonts[font],
    color: colour,
    backgroundColor: withOpacity(background_colour, background_opacity_percent),
    textShadow: edgeShadow(edge, edgeColour(colour)),
  };
}

/** The size that players give subtitles by themselves, in parts of the picture's height. */
const PLAYER_HEIGHT = 5;

/** The same for the subtitles of a `video` that has a class of ours. */
export function cueRule(appearance: Appearance): string {
  const { size, font, colour, background_colour, background_opacity_percent, edge } = appearance;
  return `.styled-subtitles::cue {
    font-size: ${(heights[size] / PLAYER_HEIGHT) * 100}%;
    font-family: ${fonts[font]};
    color: ${colour};
    background-color: ${withOpacity(background_colour, background_opacity_percent)};
    text-shadow: ${edgeShadow(edge, edgeColour(colour))};
  }`;
}

/** "#FF8000" at 50 % → "rgb(255 128 0 / 50%)". */
export function withOpacity(colour: string, percent: number): string {
  return `rgb(${channels(colour).join(" ")} / ${percent}%)`;
}

/** Light letters have a dark edge, and dark ones a light edge. */
export function edgeColour(colour: string): string {
  const [red, green, blue] = channels(colour);
  return red * 0.299 + green * 0.587 + blue * 0.114 < 96 ? LIGHT : DARK;
}

function edgeShadow(edge: Appearance["edge"], colour: string): string {
  const contrary = colour === DARK ? LIGHT : DARK;
  switch (edge) {
    case "none":
      return "none";
    case "shadow":
      return `0.07em 0.07em 0.12em ${colour}`;
    case "outline":
      return around(0.055)
        .map((place) => `${place} 0 ${colour}`)
        .join(", ");
    case "raised":
      return `-0.03em -0.03em 0 ${withOpacity(contrary, 55)}, 0.05em 0.05em 0 ${colour}`;
    case "depressed":
      return `0.03em 0.03em 0 ${withOpacity(contrary, 55)}, -0.05em -0.05em 0 ${colour}`;
  }
}

function around(em: number): string[] {
  return [-em, 0, em].flatMap((x) =>
    [-em, 0, em].filter((y) => x !== 0 || y !== 0).map((y) => `${x}em ${y}em`),
  );
}

function channels(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
