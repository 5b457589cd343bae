import type { Collection } from "@streamverse/client";
import { Checkbox, Choice, Field, IconButton, showToast, TextArea } from "@streamverse/ui";
import { ArrowUp, X } from "lucide-react";
import { type SubmitEvent, useState } from "react";

import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { FormDialog } from "../FormDialog";
import { useSaveCollection } from "./queries";
import { TitlePicker } from "./TitlePicker";

interface Item {
  id: string;
  name: string;
}

/** What is said about a collection, and its titles in their order. */
export function CollectionDialog({
  collection,
  onClose,
}: {
  collection: Collection | null;
  onClose: () => void;
}) {
  const text = useText();
  const { editor } = text;
  const save = useSaveCollection(collection);
  const [kind, setKind] = useState(collection?.kind ?? "collection");
  const [items, setItems] = useState<readonly Item[]>(collection?.items ?? []);
  const { at, above } = placeProblem(save.error, text, { "catalog.collection_name_taken": "name" });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    save.mutate(
      {
        kind,
        name: read("name"),
        description: read("description"),
        position: collection?.position ?? 0,
        is_published: read("is_published") !== "",
        is_on_home: read("is_on_home") !== "",
        title_ids: items.map((item) => item.id),
      },
      {
        onSuccess: () => {
          showToast(editor.collectionSaved);
          onClose();
        },
      },
    );
  };
  return (
    <FormDialog
      title={collection === null ? editor.newCollection : editor.editCollection}
      submit={text.common.save}
      isBusy={save.isPending}
      error={save.error}
      above={above}
      onSubmit={submit}
      onClose={onClose}
    >
      {collection === null && (
        <Choice
          label={editor.collectionKind}
          value={kind}
          onChange={setKind}
          choices={[
            { value: "collection", label: editor.collectionKinds.collection },
            { value: "bundle", label: editor.collectionKinds.bundle },
          ]}
        />
      )}
      <Field
        label={text.title.name}
        name="name"
        required
        maxLength={200}
        defaultValue={collection?.name}
        error={at["name"]}
      />
      <TextArea
        label={text.title.description}
        name="description"
        defaultValue={collection?.description}
        error={at["description"]}
      />
      <div>
        <Checkbox
          label={editor.isPublished}
          name="is_published"
          defaultChecked={collection?.is_published ?? true}
        />
        <Checkbox
          label={editor.isOnHome}
          name="is_on_home"
          defaultChecked={collection?.is_on_home ?? false}
        />
      </div>
      <Items items={items} onChange={setItems} />
      <TitlePicker
        known={new Set(items.map((item) => item.id))}
        error={at["title_ids"]}
        onAdd={({ id, name }) => setItems([...items, { id, name }])}
      />
    </FormDialog>
  );
}

function Items({
  items,
  onChange,
}: {
  items: readonly Item[];
  onChange: (items: readonly Item[]) => void;
}) {
  const { editor } = useText();
  const moveUp = (place: number) => {
    const above = items[place - 1];
    const own = items[place];
    if (above === undefined || own === undefined) return;
    onChange(items.with(place - 1, own).with(place, above));
  };
  return (
    <ol aria-label={editor.titlesInOrder} className="grid gap-1 empty:hidden">
      {items.map(({ id, name }, place) => (
        <li key={id} className="flex items-center gap-1">
          <span className="min-w-0 flex-1 wrap-anywhere">{name}</span>
          <IconButton
            label={editor.moveTitle(name)}
            disabled={place === 0}
            onClick={() => moveUp(place)}
          >
            <ArrowUp aria-hidden />
          </IconButton>
          <IconButton
            label={editor.removeTitle(name)}
            onClick={() => onChange(items.toSpliced(place, 1))}
          >
            <X aria-hidden />
          </IconButton>
        </li>
      ))}
    </ol>
  );
}
