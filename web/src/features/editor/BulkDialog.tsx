import { Field, showToast } from "@streamverse/ui";
import type { SubmitEvent } from "react";

import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { FormDialog } from "../FormDialog";
import { namesIn } from "./draft";
import { type TitlePatch, useEditTitles } from "./queries";

const LISTS = ["genres", "studios", "tags", "countries"] as const;

/** The same change for several titles; what is left empty stays. */
export function BulkDialog({
  titleIds,
  onDone,
  onClose,
}: {
  titleIds: readonly string[];
  onDone: () => void;
  onClose: () => void;
}) {
  const text = useText();
  const { editor } = text;
  const edit = useEditTitles();
  const { at, above } = placeProblem(edit.error, text);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    const change: TitlePatch = {};
    for (const field of LISTS) {
      const names = namesIn(read(field));
      if (names.length > 0) change[field] = names;
    }
    if (read("year") !== "") change.year = Number(read("year"));
    if (read("minimum_age") !== "") change.minimum_age = Number(read("minimum_age"));
    if (read("original_language") !== "") change.original_language = read("original_language");
    edit.mutate(
      { title_ids: [...titleIds], change },
      {
        onSuccess: () => {
          showToast(editor.bulkDone);
          onDone();
        },
      },
    );
  };
  return (
    <FormDialog
      title={editor.bulkTitle(titleIds.length)}
      description={editor.bulkIntro}
      submit={text.common.save}
      isBusy={edit.isPending}
      error={edit.error}
      above={above}
      onSubmit={submit}
      onClose={onClose}
    >
      {LISTS.map((field) => (
        <Field
          key={field}
          label={editor[field]}
          name={field}
          hint={field === "countries" ? editor.countriesHint : editor.listHint}
          error={at[field]}
        />
      ))}
      <Field label={text.title.year} name="year" type="number" error={at["year"]} />
      <Field
        label={editor.minimumAge}
        name="minimum_age"
        type="number"
        hint={editor.minimumAgeHint}
        error={at["minimum_age"]}
      />
      <Field
        label={editor.language}
        name="original_language"
        hint={editor.languageHint}
        error={at["original_language"]}
      />
    </FormDialog>
  );
}
