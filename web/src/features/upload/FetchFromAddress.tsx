import { Button, Dialog, DialogActions, Field, Notice, showToast } from "@streamverse/ui";
import type { SubmitEvent } from "react";

import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { useFetchFromAddress } from "./fetching";

const FORM_ID = "fetch-from-address";

export function FetchFromAddress({ onClose }: { onClose: () => void }) {
  const text = useText();
  const { fetching } = text;
  const order = useFetchFromAddress();
  const problem = placeProblem(order.error, text);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    order.mutate(
      { url: read("url"), title: read("title"), sha256: read("sha256") },
      {
        onSuccess: (upload) => {
          showToast(fetching.ordered(upload.title_name));
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={fetching.addressTitle}
      description={fetching.addressIntro}
      closeLabel={text.common.close}
    >
      {problem.above !== null && <Notice tone="danger">{problem.above}</Notice>}
      <form id={FORM_ID} onSubmit={submit} className="grid gap-5">
        <Field
          label={fetching.address}
          hint={fetching.addressHint}
          name="url"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          required
          error={problem.at["url"]}
        />
        <Field
          label={fetching.name}
          hint={fetching.nameHint}
          name="title"
          autoComplete="off"
          maxLength={200}
        />
        <Field
          label={fetching.sha256}
          hint={fetching.sha256Hint}
          name="sha256"
          autoComplete="off"
          spellCheck={false}
          pattern="\s*[0-9a-fA-F]{64}\s*"
          className="font-mono text-sm"
        />
      </form>
      <DialogActions>
        <Button variant="quiet" onClick={onClose}>
          {text.common.cancel}
        </Button>
        <Button type="submit" form={FORM_ID} variant="primary" isBusy={order.isPending}>
          {fetching.fetch}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
