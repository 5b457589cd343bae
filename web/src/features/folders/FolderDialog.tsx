import { Checkbox, Choice, Field, IconButton, Notice } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { CornerLeftUp, Folder } from "lucide-react";
import { useState } from "react";

import { sentenceOf } from "../../app/api";
import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { FormDialog } from "../FormDialog";
import {
  type FolderKind,
  KINDS,
  type LibraryFolder,
  placesQuery,
  useAddFolder,
  useChangeFolder,
} from "./queries";

/** Name a folder of the server: written, or chosen step by step. */
export function AddFolderDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const words = text.folders;
  const add = useAddFolder();
  const problem = placeProblem(add.error, text);
  const [path, setPath] = useState("");
  const [kind, setKind] = useState<FolderKind>("mixed");
  return (
    <FormDialog
      title={words.add}
      description={words.addIntro}
      submit={words.add}
      isBusy={add.isPending}
      error={add.error}
      above={problem.above}
      onClose={onClose}
      onSubmit={(event) => {
        const is_watched = readForm(event)("is_watched") === "on";
        add.mutate({ path, kind, is_watched }, { onSuccess: onClose });
      }}
    >
      <Field
        label={words.path}
        hint={words.pathHint}
        value={path}
        onChange={(event) => setPath(event.currentTarget.value)}
        autoComplete="off"
        spellCheck={false}
        required
        error={problem.at["path"]}
      />
      <Places path={path} onChoose={setPath} />
      <KindChoice value={kind} onChange={setKind} />
      <Checkbox name="is_watched" label={words.watch} hint={words.watchHint} defaultChecked />
    </FormDialog>
  );
}

export function ChangeFolderDialog({
  folder,
  onClose,
}: {
  folder: LibraryFolder;
  onClose: () => void;
}) {
  const text = useText();
  const words = text.folders;
  const change = useChangeFolder(folder.id);
  const [kind, setKind] = useState<FolderKind>(folder.kind);
  return (
    <FormDialog
      title={words.changeTitle}
      description={folder.path}
      submit={text.common.save}
      isBusy={change.isPending}
      error={change.error}
      above={placeProblem(change.error, text).above}
      onClose={onClose}
      onSubmit={(event) => {
        const is_watched = readForm(event)("is_watched") === "on";
        change.mutate({ kind, is_watched }, { onSuccess: onClose });
      }}
    >
      <KindChoice value={kind} onChange={setKind} />
      <Checkbox
        name="is_watched"
        label={words.watch}
        hint={words.watchHint}
        defaultChecked={folder.is_watched}
      />
    </FormDialog>
  );
}

function KindChoice({
  value,
  onChange,
}: {
  value: FolderKind;
  onChange: (kind: FolderKind) => void;
}) {
  const { folders } = useText();
  return (
    <Choice
      label={folders.kind}
      value={value}
      onChange={onChange}
      choices={KINDS.map((kind) => ({ value: kind, label: folders.kinds[kind] }))}
    />
  );
}

/** The folders beneath the one that is written, or the roots; pressing one goes into it. */
function Places({ path, onChoose }: { path: string; onChoose: (path: string) => void }) {
  const text = useText();
  const words = text.folders;
  const roots = useQuery(placesQuery(""));
  const beneath = useQuery({ ...placesQuery(path), enabled: path !== "" });
  const shown = path === "" ? roots : beneath;
  if (roots.data?.length === 0) return <Notice tone="danger">{words.noRoots}</Notice>;
  if (roots.isError) return <Notice tone="danger">{sentenceOf(roots.error, text)}</Notice>;
  if (shown.data === undefined) return null;
  const above = roots.data?.includes(path) === true ? "" : path.replace(/\/[^/]*$/, "");
  return (
    <div className="grid gap-1 rounded-2xl border border-line p-2">
      {path !== "" && (
        <IconButton label={words.up} onClick={() => onChoose(above)}>
          <CornerLeftUp aria-hidden size={18} />
        </IconButton>
      )}
      <ul aria-label={words.places} className="grid max-h-52 overflow-y-auto">
        {shown.data.map((place) => (
          <li key={place}>
            <button
              type="button"
              onClick={() => onChoose(place)}
              className="flex min-h-11 w-full cursor-pointer items-center gap-3 rounded-xl px-3 text-start hover:bg-hover"
            >
              <Folder aria-hidden size={18} className="shrink-0 text-muted" />
              <span dir="auto" className="wrap-anywhere">
                {path === "" ? place : place.slice(place.lastIndexOf("/") + 1)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {shown.data.length === 0 && (
        <p className="px-3 py-2 text-sm text-muted">{words.nothingBeneath}</p>
      )}
    </div>
  );
}
