import { Button, Field } from "@streamverse/ui";
import type { SubmitEvent } from "react";

import { placeProblem, readForm } from "../app/forms";
import { useText } from "../app/i18n";
import { useRequestReset } from "../features/identity/entry-queries";
import { EntryFrame } from "../features/identity/EntryFrame";
import { LookInMail, ToLogIn } from "../features/identity/EntryStates";
import { FormProblem } from "../features/identity/FormProblem";
import { SubmitButton } from "../features/identity/SubmitButton";

export function ForgotPasswordPage() {
  const text = useText();
  const request = useRequestReset();
  if (request.isSuccess) {
    return (
      <LookInMail title={text.forgot.sentTitle} body={text.forgot.sentBody(request.variables)}>
        <p className="text-muted">{text.register.sentHint}</p>
        <div className="flex flex-wrap gap-3">
          <ToLogIn />
          <Button variant="quiet" size="lg" onClick={() => request.reset()}>
            {text.forgot.again}
          </Button>
        </div>
      </LookInMail>
    );
  }
  const { at, above } = placeProblem(request.error, text);
  const submit = (event: SubmitEvent<HTMLFormElement>) => request.mutate(readForm(event)("email"));
  return (
    <EntryFrame title={text.forgot.title} intro={text.forgot.intro}>
      <FormProblem above={above} />
      <form onSubmit={submit} className="grid gap-5">
        <Field
          label={text.forgot.email}
          name="email"
          type="email"
          autoComplete="username"
          required
          autoFocus
          error={at["email"]}
        />
        <SubmitButton isBusy={request.isPending} error={request.error}>
          {text.forgot.submit}
        </SubmitButton>
        <ToLogIn />
      </form>
    </EntryFrame>
  );
}
