/** Sensitive acts wait until whoever is logged in has shown once more who they are. */
import { isProblem } from "@streamverse/client";

type Listener = () => void;

/** Where acts wait: one question for all that come meanwhile, and one answer to all of them. */
export class Gate {
  #waiting: ((isConfirmed: boolean) => void)[] = [];
  readonly #listeners = new Set<Listener>();

  /** Whether somebody has to be asked now. */
  get isAsking(): boolean {
    return this.#waiting.length > 0;
  }

  /** Wait for the answer: true when it was confirmed, false when it was waved aside. */
  ask(): Promise<boolean> {
    const answer = new Promise<boolean>((resolve) => this.#waiting.push(resolve));
    this.#tell();
    return answer;
  }

  answer(isConfirmed: boolean): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve(isConfirmed);
    this.#tell();
  }

  subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

export const gate = new Gate();

/** Send a request; if it is refused for want of a fresh log-in, ask for one and send it again. */
export async function sendOnceConfirmed(
  request: Request,
  send: (request: Request) => Promise<Response>,
  at: Gate = gate,
): Promise<Response> {
  const again = request.clone();
  const response = await send(request);
  if (response.status !== 403 || !(await wantsFreshLogIn(response.clone()))) return response;
  return (await at.ask()) ? send(again) : response;
}

async function wantsFreshLogIn(response: Response): Promise<boolean> {
  try {
    const body: unknown = await response.json();
    return isProblem(body) && body.code === "identity.reauth_required";
  } catch {
    return false;
  }
}
