import { Button, Dialog, DialogActions, showToast } from "@streamverse/ui";
import { type SubmitEvent, useState } from "react";

import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { FormProblem } from "../identity/FormProblem";
import { NewPasswordField } from "../identity/NewPasswordField";
import { useMe } from "../identity/queries";
import { SubmitButton } from "../identity/SubmitButton";
import { acts, useAct } from "./queries";
import { Section } from "./Section";

const FORM_ID = "change-password";

export function PasswordSection() {
  const text = useText();
  const [isChanging, setIsChanging] = useState(false);
  return (
    <Section id="password" title={text.security.password.title} body={text.security.password.body}>
      <Button className="justify-self-start" onClick={() => setIsChanging(true)}>
        {text.security.password.change}
      </Button>
      {isChanging && <ChangePasswordDialog onClose={() => setIsChanging(false)} />}
    </Section>
  );
}

function ChangePasswordDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const me = useMe();
  const change = useAct(acts.changePassword);
  const { at, above } = placeProblem(change.error, text);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    change.mutate(readForm(event)("new_password"), {
      onSuccess: () => {
        onClose();
        showToast(text.security.password.changed);
      },
    });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={text.security.password.change}
      closeLabel={text.common.close}
    >
      <FormProblem above={above} />
      <form id={FORM_ID} onSubmit={submit} className="grid gap-5">
        <input type="hidden" autoComplete="username" value={me.email} />
        <NewPasswordField
          label={text.password.new}
          name="new_password"
          error={at["new_password"] ?? at["password"]}
        />
      </form>
      <DialogActions>
        <Button variant="quiet" onClick={onClose}>
          {text.common.cancel}
        </Button>
        <SubmitButton form={FORM_ID} size="md" isBusy={change.isPending} error={change.error}>
          {text.security.password.save}
        </SubmitButton>
      </DialogActions>
    </Dialog>
  );
}
