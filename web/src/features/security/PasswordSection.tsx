import { Button, showToast } from "@streamverse/ui";
import { type SubmitEvent, useState } from "react";

import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { FormDialog } from "../FormDialog";
import { NewPasswordField } from "../identity/NewPasswordField";
import { useMe } from "../identity/queries";
import { acts, useAct } from "./queries";
import { Section } from "./Section";

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
    <FormDialog
      title={text.security.password.change}
      submit={text.security.password.save}
      isBusy={change.isPending}
      error={change.error}
      above={above}
      onSubmit={submit}
      onClose={onClose}
    >
      <input type="hidden" autoComplete="username" value={me.email} />
      <NewPasswordField
        label={text.password.new}
        name="new_password"
        error={at["new_password"] ?? at["password"]}
      />
    </FormDialog>
  );
}
