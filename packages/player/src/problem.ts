/** What went wrong, in the few kinds that a viewer can do something about. */
export type ProblemKind =
  | "unreachable" // no answer: the network or the server is away
  | "expired" // the signed address is no longer good
  | "missing" // the film is not there any more
  | "unsupported" // this device cannot decode it
  | "locked" // this device cannot unlock an encrypted film
  | "broken"; // what came could not be played

export interface PlayerProblem {
  readonly kind: ProblemKind;
  /** For a report: the engine's own words. */
  readonly technical: string;
}

/** Sort an HTTP status into a kind. */
export function kindOfStatus(status: number): ProblemKind {
  if (status === 401 || status === 403 || status === 410) return "expired";
  if (status === 404) return "missing";
  return "unreachable";
}
