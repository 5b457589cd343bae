import createClient, { type Client } from "openapi-fetch";

import { ApiProblem, isProblem, ServerUnreachable } from "./problem";
import type { paths } from "./schema";

export type Api = Client<paths>;

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Make a client of the server at `baseUrl`; "" is the server the page came from. */
export function createApi(baseUrl = "", fetcher?: typeof fetch): Api {
  return createClient<paths>({
    baseUrl,
    // Looked up at each call, so that a page may replace it.
    fetch: (request) => (fetcher ?? globalThis.fetch)(request),
  });
}

/** Wait for an answer and give its body; throw `ApiProblem` or `ServerUnreachable` instead. */
export async function unwrap<T>(answering: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await answering;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ServerUnreachable(error);
  }
  if (answer.response.ok) return answer.data as T;
  throw problemOf(answer.error, answer.response);
}

function problemOf(error: unknown, response: Response): Error {
  if (isProblem(error)) return new ApiProblem(error, retryAfterSeconds(response));
  // A proxy answers so while the server behind it is away.
  if (response.status >= 502) return new ServerUnreachable(response.status);
  return new ApiProblem({
    status: response.status,
    code: "client.unexplained",
    detail: `The server answered ${response.status} and did not say why. Please try again.`,
  });
}

function retryAfterSeconds(response: Response): number | null {
  const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : null;
}
