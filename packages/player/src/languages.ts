/** Find what is in the most wanted language that there is: "pt-BR" takes "pt" where it must. */
export function inWantedLanguage<Item extends { readonly language: string }>(
  items: readonly Item[],
  wanted: readonly string[],
): Item | undefined {
  for (const tag of wanted) {
    const found =
      items.find(({ language }) => language.toLowerCase() === tag.toLowerCase()) ??
      items.find(({ language }) => primary(language) === primary(tag));
    if (found !== undefined) return found;
  }
  return undefined;
}

function primary(tag: string): string {
  return tag.toLowerCase().split("-", 1)[0] ?? "";
}
