import { ApiProblem, createApi, ServerUnreachable } from "@streamverse/client";

import type { Messages } from "./i18n";
import { sendOnceConfirmed } from "./reauthentication";

// `fetch` is looked up at each call, so that a page may replace it.
export const api = createApi("", (request) =>
  sendOnceConfirmed(request as Request, (sent) => fetch(sent)),
);

/** For questions that are not worth asking anybody who they are: refused, they stay so. */
export const quietApi = createApi();

/** The sentence to show for whatever was thrown. */
export function sentenceOf(error: unknown, text: Messages): string {
  if (error instanceof ApiProblem) return error.message;
  if (error instanceof ServerUnreachable) return text.common.serverUnreachable;
  return text.common.unknownProblem;
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof ApiProblem && error.status === status;
}

export function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof ApiProblem && codes.includes(error.code);
}
