import { Field } from "@streamverse/ui";
import { useNavigate } from "@tanstack/react-router";
import { type SubmitEvent, useState } from "react";

import { sentenceOf } from "../app/api";
import { placeProblem, readForm } from "../app/forms";
import { useText } from "../app/i18n";
import { useAcceptInvitation, useInvitation } from "../features/identity/entry-queries";
import { EntryFrame } from "../features/identity/EntryFrame";
import { CheckingLink, MissingLink, ToLogIn } from "../features/identity/EntryStates";
import { FormProblem } from "../features/identity/FormProblem";
import { takeToken } from "../features/identity/link-token";
import { NewPasswordField } from "../features/identity/NewPasswordField";
import { SubmitButton } from "../features/identity/SubmitButton";

export function AcceptInvitationPage() {
  const [token] = useState(takeToken);
  return token === null ? <MissingLink /> : <Invitation token={token} />;
}

function Invitation({ token }: { token: string }) {
  const text = useText();
  const navigate = useNavigate();
  const invitation = useInvitation(token);
  const accept = useAcceptInvitation();

  if (invitation.isPending) return <CheckingLink title={text.invitation.title} />;
  if (invitation.isError) {
    return (
      <EntryFrame title={text.invitation.badTitle} intro={sentenceOf(invitation.error, text)}>
        <p className="text-muted">{text.invitation.badBody}</p>
        <ToLogIn />
      </EntryFrame>
    );
  }
  const { email, invited_by } = invitation.data;
  const { at, above } = placeProblem(accept.error, text);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    accept.mutate(
      { token, display_name: read("display_name"), password: read("password") },
      { onSuccess: () => void navigate({ to: "/" }) },
    );
  };
  return (
    <EntryFrame title={text.invitation.title} intro={text.invitation.intro(invited_by, email)}>
      <FormProblem above={above} />
      <form onSubmit={submit} className="grid gap-5">
        {/* For the password manager, which keeps the password under it. */}
        <input type="hidden" name="email" autoComplete="username" value={email} />
        <Field
          label={text.invitation.name}
          name="display_name"
          autoComplete="name"
          required
          autoFocus
          error={at["display_name"]}
        />
        <NewPasswordField error={at["password"]} />
        <SubmitButton isBusy={accept.isPending} error={accept.error}>
          {text.invitation.submit}
        </SubmitButton>
      </form>
    </EntryFrame>
  );
}
