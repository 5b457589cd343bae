import type { Watchlist } from "@streamverse/client";
import { Button, Field, IconButton, Select, showToast } from "@streamverse/ui";
import { FolderPlus, Trash2 } from "lucide-react";
import { useState } from "react";

import { sentenceOf } from "../../app/api";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { FormDialog } from "../FormDialog";
import type { Sort, Wanted } from "./arrange";
import type { useWatchlist } from "./list-queries";

export interface ListFilterProps {
  list: Watchlist;
  wanted: Wanted;
  onWant: (wanted: Wanted) => void;
  acts: ReturnType<typeof useWatchlist>;
}

/** What is shown of a list and in which order; and its folders. */
export function ListFilter({ list, wanted, onWant, acts }: ListFilterProps) {
  const text = useText();
  const words = text.library.list;
  const [isMaking, setIsMaking] = useState(false);
  const tags = [...new Set(list.items.flatMap((item) => item.tags))].sort();
  const folder = list.folders.find(({ id }) => id === wanted.folder);
  const want = (change: Partial<Wanted>) => onWant({ ...wanted, ...change });
  const onError = useErrorToast();
  return (
    <div className="mb-5 grid items-end gap-3 sm:grid-cols-2 lg:grid-cols-4">
      <Field
        type="search"
        label={words.search}
        value={wanted.words}
        onChange={(event) => want({ words: event.currentTarget.value })}
      />
      <Select
        label={words.sort}
        value={wanted.sort}
        onChange={(event) => want({ sort: event.currentTarget.value as Sort })}
      >
        {Object.entries(words.sorts).map(([sort, name]) => (
          <option key={sort} value={sort}>
            {name}
          </option>
        ))}
      </Select>
      <div className="grid grid-cols-[1fr_auto_auto] items-end gap-1">
        <Select
          label={words.folder}
          value={wanted.folder}
          onChange={(event) => want({ folder: event.currentTarget.value })}
        >
          <option value="">{words.allFolders}</option>
          <option value="none">{words.noFolder}</option>
          {list.folders.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
        <IconButton label={words.newFolder} onClick={() => setIsMaking(true)}>
          <FolderPlus aria-hidden size={20} />
        </IconButton>
        {folder !== undefined && (
          <IconButton
            label={words.removeFolder(folder.name)}
            onClick={() =>
              acts.removeFolder.mutate(folder.id, {
                onSuccess: () => {
                  showToast(words.folderRemoved);
                  want({ folder: "" });
                },
                onError,
              })
            }
          >
            <Trash2 aria-hidden size={18} />
          </IconButton>
        )}
      </div>
      <Select
        label={words.tag}
        value={wanted.tag}
        onChange={(event) => want({ tag: event.currentTarget.value })}
      >
        <option value="">{words.allTags}</option>
        {tags.map((tag) => (
          <option key={tag}>{tag}</option>
        ))}
      </Select>
      {isMaking && <NewFolder onClose={() => setIsMaking(false)} acts={acts} />}
    </div>
  );
}

function NewFolder({ onClose, acts }: { onClose: () => void; acts: ListFilterProps["acts"] }) {
  const text = useText();
  const words = text.library.list;
  const [name, setName] = useState("");
  return (
    <FormDialog
      onClose={onClose}
      title={words.newFolder}
      submit={words.makeFolder}
      isBusy={acts.addFolder.isPending}
      error={acts.addFolder.error}
      above={acts.addFolder.error && sentenceOf(acts.addFolder.error, text)}
      onSubmit={(event) => {
        event.preventDefault();
        acts.addFolder.mutate(name, { onSuccess: onClose });
      }}
    >
      <Field
        label={words.folderName}
        value={name}
        required
        maxLength={60}
        onChange={(event) => setName(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

/** What can be done to all that is chosen. */
export function BulkBar({
  list,
  chosen,
  onDone,
  acts,
}: {
  list: Watchlist;
  chosen: ReadonlySet<string>;
  onDone: () => void;
  acts: ListFilterProps["acts"];
}) {
  const text = useText();
  const words = text.library.list;
  const [tag, setTag] = useState("");
  const title_ids = [...chosen];
  const onError = useErrorToast();
  return (
    <div
      role="group"
      aria-label={words.chosen(chosen.size)}
      className="sticky top-20 z-20 mb-4 flex flex-wrap items-end gap-3 rounded-2xl border border-line bg-raised p-4 shadow-float"
    >
      <p className="grow self-center font-semibold">{words.chosen(chosen.size)}</p>
      <Select
        label={words.moveTo}
        value=""
        onChange={(event) => {
          const folder_id = event.currentTarget.value;
          if (folder_id === "") return;
          acts.change.mutate(
            { title_ids, action: "move", folder_id: folder_id === "none" ? null : folder_id },
            { onSuccess: onDone, onError },
          );
        }}
      >
        <option value="">{words.folder}…</option>
        <option value="none">{words.noFolder}</option>
        {list.folders.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </Select>
      <form
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          acts.change.mutate(
            { title_ids, action: "tag", added_tags: [tag] },
            {
              onSuccess: () => {
                setTag("");
                onDone();
              },
              onError,
            },
          );
        }}
      >
        <Field
          label={words.addTag}
          value={tag}
          required
          maxLength={30}
          onChange={(event) => setTag(event.currentTarget.value)}
        />
        <Button type="submit">{words.addTagButton}</Button>
      </form>
      <Button
        variant="danger"
        onClick={() =>
          acts.change.mutate(
            { title_ids, action: "remove" },
            {
              onSuccess: () => {
                showToast(words.removed);
                onDone();
              },
              onError,
            },
          )
        }
      >
        {words.remove}
      </Button>
    </div>
  );
}
