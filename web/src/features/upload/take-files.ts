import { showProblem } from "@streamverse/ui";

import type { Messages } from "../../app/i18n";
import { isSubtitleFile } from "../media/sidecar";
import { filmsFirst } from "./sidecars";
import { sidecars, uploads, wishedProtection } from "./uploads";

/** Put chosen or dropped files in the queue, and say why one could not be taken. */
export function takeFiles(files: Iterable<File>, text: Messages): void {
  for (const file of filmsFirst(files)) {
    if (isSubtitleFile(file.name)) sidecars.take(file, text);
    else if (file.size === 0) uploads.refuse(file, text.upload.empty(file.name));
    else if (!uploads.add(file, wishedProtection()))
      showProblem(text.upload.alreadyHere(file.name));
  }
}
