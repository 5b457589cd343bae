/** What is being changed about a title, before it is saved. */
import type { TitlePatch } from "./queries";

export type Said = Required<TitlePatch>;
export type SetSaid = <Field extends keyof Said>(field: Field, value: Said[Field]) => void;

export interface SectionProps {
  said: Said;
  set: SetSaid;
  /** What the server found wrong, by field. */
  at: Readonly<Record<string, string>>;
}

/** A document with every field there, so that a form can show it. */
export function whole(said: TitlePatch): Said {
  return {
    name: "",
    original_name: "",
    tagline: "",
    description: "",
    credit: "",
    year: null,
    released_on: null,
    original_language: null,
    countries: [],
    minimum_age: null,
    certifications: {},
    advisories: [],
    external_ids: {},
    number: null,
    genres: [],
    tags: [],
    studios: [],
    credits: [],
    translations: {},
    windows: [],
    plans: [],
    markers: [],
    related: [],
    ...said,
  };
}

/** What two documents say differently, in the words of the second. */
export function changesOf(before: Said, after: Said): TitlePatch {
  const fields = Object.keys(after) as (keyof Said)[];
  return Object.fromEntries(
    fields
      .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
      .map((field) => [field, after[field]]),
  );
}

/** "Drama, Crime" → two names. */
export function namesIn(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
}

/** "DE: FSK 12" by the line → what each country says. */
export function pairsIn(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split("\n")
      .map((line) => line.split(":"))
      .filter(([key]) => key?.trim())
      .map(([key = "", ...value]) => [key.trim().toUpperCase(), value.join(":").trim()]),
  );
}

/** "de: Krimi" by the line → what each language says. */
export function languagesIn(text: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pairsIn(text)).map(([tag, value]) => [tag.toLowerCase(), value]),
  );
}

/** "tmdb: 603" by the line → what each service calls it. */
export const servicesIn = languagesIn;

/** "1:02:03" or "1:30" → milliseconds; null where it is no time. */
export function timeIn(text: string): number | null {
  if (!/^\d+(:[0-5]?\d){0,2}(\.\d{1,3})?$/.test(text.trim())) return null;
  const seconds = text
    .trim()
    .split(":")
    .reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round(seconds * 1000);
}

/** 90,500 → "1:30.5". */
export function timeOf(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  const seconds = (milliseconds % 60_000) / 1000;
  return `${minutes}:${seconds < 10 ? "0" : ""}${seconds}`;
}

/** A moment as the browser's field of date and time holds it, in local time. */
export function localOf(instant: string | null): string {
  if (instant === null) return "";
  const at = new Date(instant);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** And back. */
export function instantOf(local: string): string | null {
  return local === "" ? null : new Date(local).toISOString();
}
