import { Button, Dialog, DialogActions, Field, Notice, showToast, TextArea } from "@streamverse/ui";
import { type SubmitEvent, useState } from "react";

import { sentenceOf } from "../../app/api";
import { useText } from "../../app/i18n";
import { fieldErrors, hasFieldErrors, readForm } from "../../app/forms";
import { type Title, useChangeTitle } from "./queries";

const FORM_ID = "edit-title";

export function EditTitleDialog({ title, onClose }: { title: Title; onClose: () => void }) {
  const text = useText();
  const change = useChangeTitle(title.id);
  const [yearError, setYearError] = useState<string>();
  const errors = fieldErrors(change.error);

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
    <Dialog isOpen onClose={onClose} title={text.title.editTitle} closeLabel={text.common.close}>
      {change.isError && !hasFieldErrors(change.error) && (
        <Notice tone="danger">{sentenceOf(change.error, text)}</Notice>
      )}
      <form id={FORM_ID} onSubmit={submit} className="grid gap-5">
        <Field
          label={text.title.name}
          name="name"
          defaultValue={title.name}
          required
          maxLength={200}
          error={errors["name"]}
        />
        <TextArea
          label={text.title.description}
          name="description"
          defaultValue={title.description}
          error={errors["description"]}
        />
        <Field
          label={text.title.credit}
          hint={text.title.creditHint}
          name="credit"
          defaultValue={title.credit}
          error={errors["credit"]}
        />
        <Field
          label={text.title.year}
          name="year"
          inputMode="numeric"
          maxLength={4}
          defaultValue={title.year ?? ""}
          error={yearError ?? errors["year"]}
          className="max-w-32"
        />
      </form>
      <DialogActions>
        <Button variant="quiet" onClick={onClose}>
          {text.common.cancel}
        </Button>
        <Button type="submit" form={FORM_ID} variant="primary" isBusy={change.isPending}>
          {text.common.save}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
