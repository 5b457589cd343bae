export const LANGUAGES_LIMIT = 8;

/** A list with one of its members at another place. */
export function moved<Item>(list: readonly Item[], from: number, to: number): Item[] {
  const item = list[from];
  if (item === undefined || to < 0 || to >= list.length) return [...list];
  const rest = list.filter((_, index) => index !== from);
  return [...rest.slice(0, to), item, ...rest.slice(to)];
}

/** A list with one more at its end, unless it is there already or there is no room. */
export function appended(list: readonly string[], tag: string): string[] {
  const isNew = tag !== "" && !list.includes(tag) && list.length < LANGUAGES_LIMIT;
  return isNew ? [...list, tag] : [...list];
}

export function without(list: readonly string[], tag: string): string[] {
  return list.filter((each) => each !== tag);
}
