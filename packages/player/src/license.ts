import { kindOfStatus, type PlayerProblem } from "./problem";
import type { Protection } from "./state";

/** A licence of W3C's Clear Key: names of keys and the keys, in base64url. */
export interface License {
  readonly keys: readonly { readonly kid: string; readonly k: string }[];
}

/** Ask for the keys of an encrypted film, as the viewer who is logged in. */
export async function askForKeys({
  licenseUrl,
  keyIds,
}: Protection): Promise<License | PlayerProblem> {
  let answer: Response;
  try {
    answer = await fetch(licenseUrl, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ kids: keyIds, type: "temporary" }),
    });
  } catch (error) {
    return { kind: "unreachable", technical: `licence: ${String(error)}` };
  }
  if (answer.ok) return (await answer.json()) as License;
  return { kind: kindOfStatus(answer.status), technical: `licence: ${answer.status}` };
}
