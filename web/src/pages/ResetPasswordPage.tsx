import { buttonClass } from "@streamverse/ui";
import { Link } from "@tanstack/react-router";
import { type SubmitEvent, useState } from "react";

import { sentenceOf } from "../app/api";
import { placeProblem, readForm } from "../app/forms";
import { useText } from "../app/i18n";
import { useConfirmReset, useResetLink } from "../features/identity/entry-queries";
import { EntryFrame } from "../features/identity/EntryFrame";
import { CheckingLink, MissingLink, ToLogIn } from "../features/identity/EntryStates";
import { FormProblem } from "../features/identity/FormProblem";
import { takeToken } from "../features/identity/link-token";
import { NewPasswordField } from "../features/identity/NewPasswordField";
import { SubmitButton } from "../features/identity/SubmitButton";

export function ResetPasswordPage() {
  const [token] = useState(takeToken);
  return token === null ? <MissingLink /> : <NewPassword token={token} />;
}

function NewPassword({ token }: { token: string }) {
  const text = useText();
  const link = useResetLink(token);
  const confirm = useConfirmReset();

  if (link.isPending) return <CheckingLink title={text.reset.title} />;
  if (link.isError) {
    return (
      <EntryFrame title={text.reset.badTitle} intro={sentenceOf(link.error, text)}>
        <Link to="/forgot-password" className={buttonClass("primary", "lg")}>
          {text.reset.again}
        </Link>
      </EntryFrame>
    );
  }
  if (confirm.isSuccess) {
    return (
      <EntryFrame title={text.reset.doneTitle} intro={text.reset.doneBody}>
        <ToLogIn isPrimary />
      </EntryFrame>
    );
  }
  const { at, above } = placeProblem(confirm.error, text);
  const submit = (event: SubmitEvent<HTMLFormElement>) =>
    confirm.mutate({ token, password: readForm(event)("password") });
  return (
    <EntryFrame title={text.reset.title} intro={text.reset.intro}>
      <FormProblem above={above} />
      <form onSubmit={submit} className="grid gap-5">
        <NewPasswordField label={text.password.new} error={at["password"]} />
        <SubmitButton isBusy={confirm.isPending} error={confirm.error}>
          {text.reset.submit}
        </SubmitButton>
      </form>
    </EntryFrame>
  );
}
