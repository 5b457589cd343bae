import { Field, Select, showToast } from "@streamverse/ui";
import type { SubmitEvent } from "react";

import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { FormDialog } from "../FormDialog";
import { useInvite } from "./queries";
import { readRole, RoleSelect } from "./RoleList";

const FIELD_OF = { "identity.email_taken": "email" };
const LANGUAGES = ["en", "de", "ar"] as const;

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const { invitations } = text.people;
  const invite = useInvite();
  const { at, above } = placeProblem(invite.error, text, FIELD_OF);

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    invite.mutate(
      { email: read("email"), role: readRole(read), locale: read("locale") },
      {
        onSuccess: ({ email }) => {
          showToast(invitations.sent(email));
          onClose();
        },
      },
    );
  };

  return (
    <FormDialog
      title={invitations.invite}
      description={invitations.intro}
      submit={invitations.send}
      isBusy={invite.isPending}
      error={invite.error}
      above={above}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field
        label={text.people.email}
        name="email"
        type="email"
        autoComplete="off"
        required
        error={at["email"]}
      />
      <RoleSelect error={at["role"]} />
      <Select label={invitations.language} name="locale" defaultValue="en" error={at["locale"]}>
        {LANGUAGES.map((language) => (
          <option key={language} value={language} lang={language}>
            {invitations.languages[language]}
          </option>
        ))}
      </Select>
    </FormDialog>
  );
}
