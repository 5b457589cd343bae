import type { Review } from "@streamverse/client";
import { Checkbox, showToast, TextArea } from "@streamverse/ui";
import { type SubmitEvent, useState } from "react";

import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { FormDialog } from "../FormDialog";
import { useSaveReview } from "./queries";
import { StarChoice } from "./Stars";

const TEXT_LIMIT = 5_000;

/** What somebody thinks of a title, or thinks by now. */
export function ReviewDialog({
  title,
  own,
  onClose,
}: {
  title: { id: string; name: string };
  own: Review | null;
  onClose: () => void;
}) {
  const text = useText();
  const { social } = text;
  const save = useSaveReview(title.id, own);
  const [rating, setRating] = useState(own?.rating ?? 0);
  const [isUnrated, setIsUnrated] = useState(false);
  const { at, above } = placeProblem(save.error, text);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    setIsUnrated(rating === 0);
    if (rating === 0) return;
    save.mutate(
      { rating, text: read("text"), has_spoilers: read("has_spoilers") !== "" },
      {
        onSuccess: () => {
          showToast(own === null ? social.posted : social.edited);
          onClose();
        },
      },
    );
  };
  return (
    <FormDialog
      title={social.dialogTitle(title.name)}
      submit={own === null ? social.post : text.common.save}
      isBusy={save.isPending}
      error={save.error}
      above={above}
      onSubmit={submit}
      onClose={onClose}
    >
      <StarChoice
        value={rating}
        onChange={setRating}
        error={isUnrated && rating === 0 ? social.ratingMissing : undefined}
      />
      <TextArea
        label={social.text}
        hint={social.textHint}
        name="text"
        rows={6}
        maxLength={TEXT_LIMIT}
        defaultValue={own?.text}
        error={at["text"]}
      />
      <Checkbox
        label={social.hasSpoilers}
        hint={social.hasSpoilersHint}
        name="has_spoilers"
        defaultChecked={own?.has_spoilers ?? false}
      />
    </FormDialog>
  );
}
