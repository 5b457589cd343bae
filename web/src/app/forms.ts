import { ApiProblem } from "@streamverse/client";
import type { SubmitEvent } from "react";

import { sentenceOf } from "./api";
import type { Messages } from "./i18n";

/** The sentence for each field that the server named. */
export function fieldErrors(error: unknown): Readonly<Record<string, string>> {
  return error instanceof ApiProblem ? error.fields : {};
}

export function hasFieldErrors(error: unknown): boolean {
  return Object.keys(fieldErrors(error)).length > 0;
}

/** Where the sentences of a refusal are shown: beside fields, or above the form. */
export interface Placed {
  readonly at: Readonly<Record<string, string>>;
  readonly above: string | null;
}

/** Place a refusal; `fieldOf` says which codes are about one field. */
export function placeProblem(
  error: unknown,
  text: Messages,
  fieldOf: Readonly<Record<string, string>> = {},
): Placed {
  if (error === null) return { at: {}, above: null };
  if (hasFieldErrors(error)) return { at: fieldErrors(error), above: null };
  const sentence = sentenceOf(error, text);
  const field = error instanceof ApiProblem ? fieldOf[error.code] : undefined;
  return field === undefined
    ? { at: {}, above: sentence }
    : { at: { [field]: sentence }, above: null };
}

/** Stop the browser from sending a form, and read its fields by name. */
export function readForm(event: SubmitEvent<HTMLFormElement>): (name: string) => string {
  event.preventDefault();
  const form = new FormData(event.currentTarget);
  return (name) => {
    const value = form.get(name);
    return typeof value === "string" ? value : "";
  };
}
