import { ApiProblem } from "@streamverse/client";
import type { SubmitEvent } from "react";

/** The sentence for each field that the server named. */
export function fieldErrors(error: unknown): Readonly<Record<string, string>> {
  return error instanceof ApiProblem ? error.fields : {};
}

export function hasFieldErrors(error: unknown): boolean {
  return Object.keys(fieldErrors(error)).length > 0;
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
