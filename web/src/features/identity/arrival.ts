import type { Messages } from "../../app/i18n";

/** The sentence for the code with which a trip to another service ended. */
export function arrivalSentence(code: string, text: Messages): string {
  return text.arrival.problems[code] ?? text.arrival.unknown;
}
