/** The languages to choose from, by tag; their names come from the browser. */
export const LANGUAGES: readonly string[] = [
  ..."ar bg bn ca cs cy da de el en en-GB en-US es es-419 et eu fa fi fr fr-CA ga gl he hi hr hu".split(
    " ",
  ),
  ..."hy id is it ja ka kk ko lt lv mk ms nb nl pa pl pt-BR pt-PT ro ru sk sl sq sr sv sw ta te".split(
    " ",
  ),
  ..."th tr uk ur vi yue zh-Hans zh-Hant".split(" "),
];

/** "de" → "German" to an English reader; a tag that nobody knows stays as it is. */
export function languageName(tag: string, reader = document.documentElement.lang || "en"): string {
  const name = new Intl.DisplayNames([reader], { type: "language" }).of(tag) ?? tag;
  return name.charAt(0).toLocaleUpperCase(reader) + name.slice(1);
}

/** All of them as a reader looks for them, with those that somebody has and we did not think of. */
export function languageChoices(present: readonly string[] = []): { tag: string; name: string }[] {
  return [...new Set([...LANGUAGES, ...present])]
    .map((tag) => ({ tag, name: languageName(tag) }))
    .sort((one, other) => one.name.localeCompare(other.name));
}
