import shaka from "shaka-player/dist/shaka-player.hls-es2021.js";

import { kindOfStatus, type PlayerProblem, type ProblemKind } from "../problem";

/** Say what went wrong in words of ours. */
export function problemOf(error: shaka.util.Error): PlayerProblem {
  return { kind: kindOf(error), technical: error.message || `Shaka Error ${error.code}` };
}

export function kindOf(error: shaka.util.Error): ProblemKind {
  const { Category, Code } = shaka.util.Error;
  if (error.category === Category.DRM) return "locked";
  if (error.code === Code.BAD_HTTP_STATUS)
    return kindOfStatus(Number((error.data as unknown[])[1]));
  if (error.category === Category.NETWORK) return "unreachable";
  if (error.code === Code.CONTENT_UNSUPPORTED_BY_BROWSER) return "unsupported";
  return "broken";
}

export function errorIn(event: unknown): shaka.util.Error {
  return (event as { detail: shaka.util.Error }).detail;
}

export function isShakaError(error: unknown): error is shaka.util.Error {
  return typeof error === "object" && error !== null && "severity" in error && "category" in error;
}
