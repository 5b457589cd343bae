import { Field, showToast, TextArea } from "@streamverse/ui";
import { type SubmitEvent, useState } from "react";

import { useText } from "../../app/i18n";
import { placeProblem, readForm } from "../../app/forms";
import { FormDialog } from "../FormDialog";
import { type Title, useChangeTitle } from "./queries";

export function EditTitleDialog({ title, onClose }: { title: Title; onClose: () => void }) {
  const text = useText();
  const change = useChangeTitle(title.id);
  const [yearError, setYearError] = useState<string>();
  const { at, above } = placeProblem(change.error, text);

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    const year = read("year").trim();
    if (year !== "" && !/^\d{4}$/.test(year)) {
      setYearError(text.title.yearWrong);
      return;
    }
    setYearError(undefined);
    const body = {
      name: read("name").trim(),
      description: read("description").trim(),
      credit: read("credit").trim(),
      year: year === "" ? null : Number(year),
    };
    change.mutate(body, {
      onSuccess: () => {
        onClose();
        showToast(text.title.saved);
      },
    });
  };

  return (
    <FormDialog
      title={text.title.editTitle}
      submit={text.common.save}
      isBusy={change.isPending}
      error={change.error}
      above={above}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field
        label={text.title.name}
        name="name"
        defaultValue={title.name}
        required
        maxLength={200}
        error={at["name"]}
      />
      <TextArea
        label={text.title.description}
        name="description"
        defaultValue={title.description}
        error={at["description"]}
      />
      <Field
        label={text.title.credit}
        hint={text.title.creditHint}
        name="credit"
        defaultValue={title.credit}
        error={at["credit"]}
      />
      <Field
        label={text.title.year}
        name="year"
        inputMode="numeric"
        maxLength={4}
        defaultValue={title.year ?? ""}
        error={yearError ?? at["year"]}
        className="max-w-32"
      />
    </FormDialog>
  );
}
