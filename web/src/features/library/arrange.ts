import type { ListedTitle } from "@streamverse/client";

export type Sort = "order" | "added" | "name";

export interface Wanted {
  words: string;
  sort: Sort;
  /** "" for all of them, "none" for what is in none. */
  folder: string;
  tag: string;
}

export const everything: Wanted = { words: "", sort: "order", folder: "", tag: "" };

/** Whether a list is shown whole and in its own order, so that it can be put into another. */
export function isWhole(wanted: Wanted): boolean {
  return isInOrder(wanted) && wanted.folder === "";
}

/** Whether the list or one of its folders is shown as it is, so that it can be played through. */
export function isInOrder({ words, sort, tag }: Wanted): boolean {
  return words.trim() === "" && sort === "order" && tag === "";
}

/** Choose and sort what is shown of a list. */
export function arrange(items: readonly ListedTitle[], wanted: Wanted): ListedTitle[] {
  const words = plain(wanted.words).split(/\s+/).filter(Boolean);
  const found = items.filter(
    (item) =>
      words.every((word) => plain([item.title.name, ...item.tags].join(" ")).includes(word)) &&
      (wanted.folder === "" || (item.folder_id ?? "none") === wanted.folder) &&
      (wanted.tag === "" || item.tags.includes(wanted.tag)),
  );
  if (wanted.sort === "added") found.sort((a, b) => b.added_at.localeCompare(a.added_at));
  if (wanted.sort === "name") found.sort((a, b) => a.title.name.localeCompare(b.title.name));
  return found;
}

/** Move an item to another place; beyond an end it stays at the end. */
export function moved<Item>(items: readonly Item[], from: number, to: number): Item[] {
  const rest = items.filter((_, index) => index !== from);
  const item = items[from];
  if (item === undefined) return rest;
  rest.splice(Math.min(Math.max(to, 0), rest.length), 0, item);
  return rest;
}

function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
