import { sentenceOf } from "../../app/api";
import type { Messages } from "../../app/i18n";
import { PasskeyFailed } from "./webauthn";

/** The sentence for whatever was thrown around a passkey. */
export function passkeySentence(error: unknown, text: Messages): string {
  return error instanceof PasskeyFailed
    ? text.passkeyProblems[error.reason]
    : sentenceOf(error, text);
}
