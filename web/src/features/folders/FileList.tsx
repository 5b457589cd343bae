import { Button, Dialog, showToast } from "@streamverse/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { formatBytes } from "../../app/format";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { Listing } from "../Listing";
import { ExplainDialog } from "./ExplainDialog";
import {
  type FileCount,
  filesQuery,
  type LibraryFile,
  type LibraryFolder,
  useDecide,
} from "./queries";

/** The files of a folder in one state, each with why it is so and what can be done. */
export function FileList({
  folder,
  which,
  onClose,
}: {
  folder: LibraryFolder;
  which: FileCount;
  onClose: () => void;
}) {
  const text = useText();
  const query = useInfiniteQuery(filesQuery(folder.id, which));
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={text.folders.states[which]}
      description={folder.path}
      closeLabel={text.common.close}
      className="max-w-3xl"
    >
      <Listing
        query={query}
        keyOf={(file) => file.id}
        empty={text.folders.noFiles}
        label={text.folders.filesOf(folder.path)}
        className="grid"
      >
        {(file) => <FileLine file={file} />}
      </Listing>
    </Dialog>
  );
}

function FileLine({ file }: { file: LibraryFile }) {
  const text = useText();
  const words = text.folders;
  const why = [
    file.is_missing ? words.missing : null,
    file.is_changed && !file.is_missing ? words.changedSince : null,
    file.reason === null ? null : words.reasons[file.reason],
    file.problem?.detail,
  ].filter((sentence) => typeof sentence === "string");
  return (
    <div className="grid gap-2 border-t border-line py-4">
      <p className="font-semibold wrap-anywhere">
        <span dir="auto">{file.path}</span>{" "}
        <span className="font-normal whitespace-nowrap text-muted">
          {formatBytes(file.size_bytes)}
        </span>
      </p>
      {why.map((sentence) => (
        <p key={sentence} className="text-muted">
          {sentence}
        </p>
      ))}
      <FileActions file={file} />
    </div>
  );
}

function FileActions({ file }: { file: LibraryFile }) {
  const text = useText();
  const showError = useErrorToast();
  const words = text.folders;
  const decide = useDecide(file.id);
  const [isExplaining, setIsExplaining] = useState(false);
  const isOpen = ["unclear", "refused", "set_aside"].includes(file.state) && !file.is_missing;
  const canAgain =
    !file.is_missing && (file.is_changed || ["refused", "set_aside"].includes(file.state));
  const act = (type: "set_aside" | "take_again", said: string) =>
    decide.mutate(
      { type },
      {
        onSuccess: () => showToast(said),
        onError: showError,
      },
    );
  return (
    <div className="flex flex-wrap items-center gap-2">
      {isOpen && (
        <Button size="sm" aria-label={words.sayOf(file.path)} onClick={() => setIsExplaining(true)}>
          {words.say}
        </Button>
      )}
      {canAgain && (
        <Button
          size="sm"
          isBusy={decide.isPending}
          onClick={() => act("take_again", words.decided)}
        >
          {words.takeAgain}
        </Button>
      )}
      {isOpen && file.state !== "set_aside" && (
        <Button
          size="sm"
          variant="quiet"
          isBusy={decide.isPending}
          onClick={() => act("set_aside", words.left)}
        >
          {words.leave}
        </Button>
      )}
      {file.title_id !== null && (
        <Link
          to="/titles/$id/edit"
          params={{ id: file.title_id }}
          className="inline-flex min-h-11 items-center px-2 font-semibold text-accent-text underline"
        >
          {words.openTitle}
        </Link>
      )}
      {isExplaining && <ExplainDialog file={file} onClose={() => setIsExplaining(false)} />}
    </div>
  );
}
