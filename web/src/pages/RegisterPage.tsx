import { Button, Field, Notice } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { SubmitEvent } from "react";

import { sentenceOf } from "../app/api";
import { placeProblem, readForm } from "../app/forms";
import { useText } from "../app/i18n";
import { useRegister, useResend } from "../features/identity/entry-queries";
import { EntryFrame } from "../features/identity/EntryFrame";
import { CheckingLink, LookInMail, ToLogIn } from "../features/identity/EntryStates";
import { FormProblem } from "../features/identity/FormProblem";
import { NewPasswordField } from "../features/identity/NewPasswordField";
import { setupQuery } from "../features/identity/queries";
import { SubmitButton } from "../features/identity/SubmitButton";

export function RegisterPage() {
  const text = useText();
  const setup = useQuery(setupQuery);
  const register = useRegister();

  if (register.isSuccess) return <Sent email={register.variables.email} />;
  if (setup.isPending) return <CheckingLink title={text.register.title} />;
  if (setup.data?.is_registration_open === false) {
    return (
      <EntryFrame title={text.register.closedTitle} intro={text.register.closedBody}>
        <ToLogIn />
      </EntryFrame>
    );
  }
  const { at, above } = placeProblem(register.error, text);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    register.mutate({
      display_name: read("display_name"),
      email: read("email"),
      password: read("password"),
    });
  };
  return (
    <EntryFrame title={text.register.title} intro={text.register.intro}>
      <FormProblem above={above} />
      <form onSubmit={submit} className="grid gap-5">
        <Field
          label={text.register.name}
          name="display_name"
          autoComplete="name"
          required
          autoFocus
          error={at["display_name"]}
        />
        <Field
          label={text.register.email}
          name="email"
          type="email"
          autoComplete="username"
          required
          error={at["email"]}
        />
        <NewPasswordField error={at["password"]} />
        <SubmitButton isBusy={register.isPending} error={register.error}>
          {text.register.submit}
        </SubmitButton>
      </form>
      <p className="text-muted">
        {text.register.haveOne}{" "}
        <Link to="/login" className="link">
          {text.login.submit}
        </Link>
      </p>
    </EntryFrame>
  );
}

function Sent({ email }: { email: string }) {
  const text = useText();
  const resend = useResend();
  return (
    <LookInMail title={text.register.sentTitle} body={text.register.sentBody(email)}>
      <p className="text-muted">{text.register.sentHint}</p>
      {resend.isSuccess && <Notice>{text.register.sentAgain}</Notice>}
      {resend.isError && <Notice tone="danger">{sentenceOf(resend.error, text)}</Notice>}
      <div className="flex flex-wrap gap-3">
        <ToLogIn />
        <Button
          variant="quiet"
          size="lg"
          isBusy={resend.isPending}
          onClick={() => resend.mutate(email)}
        >
          {text.register.sendAgain}
        </Button>
      </div>
    </LookInMail>
  );
}
