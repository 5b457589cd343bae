import { Field, IconButton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";

import { useText } from "../../app/i18n";
import type { TitleCard } from "../catalog/queries";
import { findQuery } from "./queries";

/** Find a title by some words, and add it. */
export function TitlePicker({
  known,
  error,
  onAdd,
}: {
  /** The titles that are not offered, because they are there already. */
  known: ReadonlySet<string>;
  error?: string | undefined;
  onAdd: (title: TitleCard) => void;
}) {
  const { catalog, editor } = useText();
  const [words, setWords] = useState("");
  const found = useQuery(findQuery(words));
  const offered = words === "" ? [] : (found.data?.items ?? []).filter((one) => !known.has(one.id));
  return (
    <div className="grid gap-2">
      <Field
        label={editor.find}
        type="search"
        value={words}
        error={error}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <ul className="grid gap-2">
        {offered.map((title) => (
          <li key={title.id} className="flex items-center gap-3">
            <IconButton
              label={editor.add(title.name)}
              onClick={() => {
                onAdd(title);
                setWords("");
              }}
            >
              <Plus aria-hidden />
            </IconButton>
            <span className="wrap-anywhere">{title.name}</span>
            <span className="text-sm text-muted">{catalog.kinds[title.kind]}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
