import { showProblem } from "@streamverse/ui";
import { useCallback } from "react";

import { isCode, sentenceOf } from "./api";
import { useText } from "./i18n";

/** Give what tells people why something failed, as the `onError` of mutations. */
export function useErrorToast(): (error: unknown) => void {
  const text = useText();
  return useCallback(
    (error: unknown) => {
      // Whoever waved the question aside who they are has decided, and knows it.
      if (!isCode(error, "identity.reauth_required")) showProblem(sentenceOf(error, text));
    },
    [text],
  );
}
