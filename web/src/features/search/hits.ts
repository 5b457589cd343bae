/** Where a hit leads, and how the lit parts of its name are cut out. */
import type { SearchHit } from "./queries";

export interface Piece {
  readonly text: string;
  readonly isLit: boolean;
}

/** Cut a name at the parts that answer; the server counts in whole Unicode characters. */
export function piecesOf(
  name: string,
  spans: readonly { start: number; end: number }[],
): readonly Piece[] {
  const characters = Array.from(name);
  const pieces: Piece[] = [];
  let at = 0;
  for (const { start, end } of spans) {
    pieces.push({ text: characters.slice(at, start).join(""), isLit: false });
    pieces.push({ text: characters.slice(start, end).join(""), isLit: true });
    at = end;
  }
  pieces.push({ text: characters.slice(at).join(""), isLit: false });
  return pieces.filter((piece) => piece.text !== "");
}

const TITLES: readonly SearchHit["kind"][] = ["movie", "series", "clip", "event"];

export function isTitle(hit: SearchHit): boolean {
  return TITLES.includes(hit.kind);
}

const FOLDERS = { person: "person", studio: "studio", genre: "genre", collection: "collections" };

/** The address of what was found. */
export function addressOf({ kind, id, slug }: SearchHit): string {
  if (kind === "bundle") return `/bundles/${id}`;
  return kind in FOLDERS
    ? `/${FOLDERS[kind as keyof typeof FOLDERS]}/${encodeURIComponent(slug)}`
    : `/titles/${id}`;
}
