import { Field, showToast } from "@streamverse/ui";
import type { SubmitEvent } from "react";

import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { FormDialog } from "../FormDialog";
import { readRole, RoleSelect } from "../staff/RoleList";
import { NewPasswordField } from "./NewPasswordField";
import { useAddAccount } from "./queries";

const FIELD_OF = { "identity.email_taken": "email" };

export function AddPersonDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const add = useAddAccount();
  const { at, above } = placeProblem(add.error, text, FIELD_OF);

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    add.mutate(
      {
        display_name: read("display_name"),
        email: read("email"),
        password: read("password"),
        role: readRole(read),
      },
      {
        onSuccess: (account) => {
          onClose();
          showToast(text.people.added(account.display_name));
        },
      },
    );
  };

  return (
    <FormDialog
      title={text.people.add}
      description={text.people.addIntro}
      submit={text.people.add}
      isBusy={add.isPending}
      error={add.error}
      above={above}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field
        label={text.people.name}
        name="display_name"
        autoComplete="off"
        required
        error={at["display_name"]}
      />
      <Field
        label={text.people.email}
        name="email"
        type="email"
        autoComplete="off"
        required
        error={at["email"]}
      />
      <NewPasswordField label={text.people.password} error={at["password"]} />
      <RoleSelect error={at["role"]} />
    </FormDialog>
  );
}
