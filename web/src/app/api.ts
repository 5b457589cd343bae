import { ApiProblem, createApi, ServerUnreachable } from "@streamverse/client";

import type { Messages } from "./i18n";

export const api = createApi();

/** The sentence to show for whatever was thrown. */
export function sentenceOf(error: unknown, text: Messages): string {
  if (error instanceof ApiProblem) return error.message;
  if (error instanceof ServerUnreachable) return text.common.serverUnreachable;
  return text.common.unknownProblem;
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof ApiProblem && error.status === status;
}
