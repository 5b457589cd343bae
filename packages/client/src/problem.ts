/** What the server says when it refuses: one `application/problem+json` document (RFC 9457). */
export interface ProblemDocument {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly fields?: readonly { readonly field: string; readonly problem: string }[];
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** The server refused, and said why in a sentence fit to show. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: Readonly<Record<string, string>>;
  /** What belongs to the refusal, such as what stands in the way. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | null;

  constructor(problem: ProblemDocument, retryAfterSeconds: number | null = null) {
    super(problem.detail);
    this.name = "ApiProblem";
    this.status = problem.status;
    this.code = problem.code;
    this.fields = Object.fromEntries((problem.fields ?? []).map((f) => [f.field, f.problem]));
    this.facts = problem.facts ?? {};
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** No answer came at all: the server is down, or the network is. */
export class ServerUnreachable extends Error {
  constructor(cause: unknown) {
    super("The server does not answer.", { cause });
    this.name = "ServerUnreachable";
  }
}

/** Read a problem document from the text of an answer; null when it is something else. */
export function parseProblem(text: string): ProblemDocument | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return isProblem(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

export function isProblem(value: unknown): value is ProblemDocument {
  return (
    typeof value === "object" &&
    value !== null &&
    "detail" in value &&
    typeof value.detail === "string" &&
    "status" in value &&
    typeof value.status === "number" &&
    "code" in value &&
    typeof value.code === "string"
  );
}
