/** What the name of a file of subtitles says: "film.en.forced.srt" belongs to "film.mp4". */
export interface SidecarName {
  readonly stem: string;
  readonly language: string | null;
  readonly isForced: boolean;
  readonly isSdh: boolean;
}

const ENDING = /\.(srt|vtt|ass|ssa)$/i;
const LANGUAGE = /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i;

export function isSubtitleFile(fileName: string): boolean {
  return ENDING.test(fileName);
}

/** Read a name from its end: flags and a language stand between the film's name and the ending. */
export function readSidecarName(fileName: string): SidecarName {
  const parts = fileName.replace(ENDING, "").split(".");
  let language: string | null = null;
  let [isForced, isSdh] = [false, false];
  while (parts.length > 1) {
    const last = (parts.at(-1) ?? "").replaceAll("_", "-").toLowerCase();
    if (last === "forced") isForced = true;
    else if (["sdh", "cc", "hi"].includes(last) && !isSdh) isSdh = true;
    else if (language === null && isLanguage(last)) language = canonical(last);
    else break;
    parts.pop();
  }
  return { stem: parts.join("."), language, isForced, isSdh };
}

/** Whether a file of subtitles is named after a film. */
export function belongsTo(subtitleName: string, filmName: string): boolean {
  const film = filmName.replace(/\.[^.\s]{1,5}$/, "").toLowerCase();
  const whole = subtitleName.replace(ENDING, "").toLowerCase();
  return whole === film || readSidecarName(subtitleName).stem.toLowerCase() === film;
}

function isLanguage(part: string): boolean {
  if (!LANGUAGE.test(part)) return false;
  // A word of three letters is a language if it has a name.
  return (
    new Intl.DisplayNames(["en"], { type: "language", fallback: "none" }).of(part) !== undefined
  );
}

function canonical(tag: string): string {
  return Intl.getCanonicalLocales(tag)[0] ?? tag;
}
