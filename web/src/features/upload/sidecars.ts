import { showProblem, showToast } from "@streamverse/ui";

import { sentenceOf } from "../../app/api";
import type { Messages } from "../../app/i18n";
import { addSubtitles } from "../media/queries";
import { belongsTo, isSubtitleFile, readSidecarName } from "../media/sidecar";
import type { QueuedFile, UploadQueue } from "./queue";

/** Sends files of subtitles after the films of the same name, once these are taken in. */
export class Sidecars {
  readonly #queue: UploadQueue;
  readonly #waiting = new Map<string, { files: File[]; text: Messages }>();

  constructor(queue: UploadQueue) {
    this.#queue = queue;
    queue.store.subscribe(() => this.#look());
  }

  /** Take a file of subtitles; says what becomes of it. */
  take(file: File, text: Messages): void {
    const film = this.#queue.files().findLast((queued) => belongsTo(file.name, queued.fileName));
    if (film === undefined || film.stage === "refused") {
      showProblem(text.media.sidecar.alone(file.name));
      return;
    }
    const files = this.#waiting.get(film.key)?.files ?? [];
    this.#waiting.set(film.key, { files: [...files, file], text });
    showToast(text.media.sidecar.waiting(file.name, film.fileName));
    this.#look();
  }

  #look(): void {
    for (const film of this.#queue.files()) {
      const waiting = this.#waiting.get(film.key);
      if (waiting === undefined || film.stage !== "accepted" || film.titleId === null) continue;
      this.#waiting.delete(film.key);
      for (const file of waiting.files) void send(film, film.titleId, file, waiting.text);
    }
  }
}

async function send(film: QueuedFile, titleId: string, file: File, text: Messages): Promise<void> {
  const { language, isForced, isSdh } = readSidecarName(file.name);
  try {
    const words = { language, label: null, is_forced: isForced, is_sdh: isSdh };
    await addSubtitles(titleId, file, words);
    showToast(text.media.sidecar.added(file.name, film.name));
  } catch (error) {
    showProblem(`${file.name}: ${sentenceOf(error, text)}`);
  }
}

/** Put films before what belongs to them. */
export function filmsFirst(files: Iterable<File>): File[] {
  return [...files].sort(
    (one, other) => Number(isSubtitleFile(one.name)) - Number(isSubtitleFile(other.name)),
  );
}
