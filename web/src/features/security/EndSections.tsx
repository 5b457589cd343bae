import { Button, ConfirmDialog, Dialog, DialogActions, Field } from "@streamverse/ui";
import { type SubmitEvent, useState } from "react";

import { sentenceOf } from "../../app/api";
import { readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { FormProblem } from "../identity/FormProblem";
import { useLeave, useMe } from "../identity/queries";
import { useDeactivate, useDeleteAccount } from "./privacy-queries";
import { Section } from "./Section";

const FORM_ID = "delete-account";

export function PauseSection() {
  const text = useText();
  const showError = useErrorToast();
  const words = text.privacy.pause;
  const leave = useLeave();
  const deactivate = useDeactivate();
  const [isAsking, setIsAsking] = useState(false);
  return (
    <Section id="pause" title={words.title} body={words.body}>
      <Button className="justify-self-start" onClick={() => setIsAsking(true)}>
        {words.act}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.confirmTitle}
        description={words.confirmBody}
        confirmLabel={words.confirm}
        cancelLabel={text.common.cancel}
        closeLabel={text.common.close}
        isBusy={deactivate.isPending}
        onConfirm={() =>
          deactivate.mutate(undefined, {
            onSuccess: () => void leave({ left: "paused" }),
            onError: (error) => {
              setIsAsking(false);
              showError(error);
            },
          })
        }
      />
    </Section>
  );
}

export function DeleteSection() {
  const text = useText();
  const words = text.privacy.remove;
  const [isAsking, setIsAsking] = useState(false);
  return (
    <Section id="delete" title={words.title} body={words.body}>
      <Button variant="danger" className="justify-self-start" onClick={() => setIsAsking(true)}>
        {words.act}
      </Button>
      {isAsking && <DeleteDialog onClose={() => setIsAsking(false)} />}
    </Section>
  );
}

function DeleteDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const words = text.privacy.remove;
  const me = useMe();
  const leave = useLeave();
  const remove = useDeleteAccount();
  const [isMistyped, setIsMistyped] = useState(false);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const typed = readForm(event)("email").trim();
    const isRight = typed.toLowerCase() === me.email.toLowerCase();
    setIsMistyped(!isRight);
    if (!isRight) return;
    remove.mutate(undefined, {
      onSuccess: ({ delete_at }) => void leave({ left: delete_at }),
    });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={words.confirmTitle}
      description={words.confirmBody}
      closeLabel={text.common.close}
    >
      <FormProblem above={remove.error === null ? null : sentenceOf(remove.error, text)} />
      <form id={FORM_ID} onSubmit={submit}>
        <Field
          label={words.typeEmail(me.email)}
          name="email"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
          error={isMistyped ? words.wrongEmail : undefined}
        />
      </form>
      <DialogActions>
        <Button variant="quiet" onClick={onClose}>
          {text.common.cancel}
        </Button>
        <Button type="submit" form={FORM_ID} variant="danger" isBusy={remove.isPending}>
          {words.confirm}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
