import { showProblem } from "@streamverse/ui";

import type { Messages } from "../../app/i18n";
import { uploads, wishedProtection } from "./uploads";

/** Put chosen or dropped files in the queue, and say why one could not be taken. */
export function takeFiles(files: Iterable<File>, text: Messages): void {
  for (const file of files) {
    if (file.size === 0) uploads.refuse(file, text.upload.empty(file.name));
    else if (!uploads.add(file, wishedProtection()))
      showProblem(text.upload.alreadyHere(file.name));
  }
}
