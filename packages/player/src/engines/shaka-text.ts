import shaka from "shaka-player/dist/shaka-player.hls-es2021.js";

import { type Cue, CueList, type CuePlace, type CueRun } from "../cues";

/** Keeps the subtitles that Shaka has read, for whoever draws them. */
export class TextKeeper implements shaka.extern.TextDisplayer {
  readonly #list = new CueList();
  #isVisible = false;

  append(cues: shaka.text.Cue[]): void {
    this.#list.add(cues.map(cueOf));
  }

  at(seconds: number): readonly Cue[] {
    return this.#isVisible ? this.#list.at(seconds) : [];
  }

  remove(startSeconds: number, endSeconds: number): boolean {
    this.#list.remove(startSeconds, endSeconds);
    return true;
  }

  isTextVisible(): boolean {
    return this.#isVisible;
  }

  setTextVisibility(isVisible: boolean): void {
    this.#isVisible = isVisible;
  }

  setTextLanguage(): void {
    // The language is the same for all cues, and nobody asks for it.
  }

  configure(): void {
    // How subtitles look is decided where they are drawn.
  }

  destroy(): Promise<void> {
    return Promise.resolve();
  }
}

function cueOf(cue: shaka.text.Cue): Cue {
  const runs = runsOf(cue, { isBold: false, isItalic: false, isUnderlined: false });
  const words = runs.map(({ text }) => text).join("");
  return {
    id: `${cue.startTime} ${cue.endTime} ${words}`,
    startSeconds: cue.startTime,
    endSeconds: cue.endTime,
    place: placeOf(cue),
    runs,
  };
}

/** Flatten nested parts; each hands its look down to those within. */
function runsOf(cue: shaka.text.Cue, outer: Omit<CueRun, "text">): CueRun[] {
  if (cue.lineBreak) return [{ ...outer, text: "\n" }];
  const { fontStyle, fontWeight, textDecoration } = shaka.text.Cue;
  const look = {
    isBold: outer.isBold || cue.fontWeight === fontWeight.BOLD,
    isItalic: outer.isItalic || cue.fontStyle === fontStyle.ITALIC,
    isUnderlined: outer.isUnderlined || cue.textDecoration.includes(textDecoration.UNDERLINE),
  };
  if (cue.nestedCues.length > 0) return cue.nestedCues.flatMap((part) => runsOf(part, look));
  return cue.payload === "" ? [] : [{ ...look, text: cue.payload }];
}

/** Our server writes the first line for the top, and the middle as a half. */
function placeOf(cue: shaka.text.Cue): CuePlace {
  if (cue.line === null) return "bottom";
  const isPercent = cue.lineInterpretation === shaka.text.Cue.lineInterpretation.PERCENTAGE;
  if (!isPercent) return cue.line >= 0 && cue.line < 5 ? "top" : "bottom";
  return cue.line < 34 ? "top" : cue.line < 67 ? "middle" : "bottom";
}
