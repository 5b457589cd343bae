import { ApiProblem } from "@streamverse/client";
import { Button, buttonClass, Field, Notice, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { SubmitEvent } from "react";

import { sentenceOf } from "../app/api";
import { useText } from "../app/i18n";
import { EntryFrame } from "../features/identity/EntryFrame";
import { placeProblem, readForm } from "../app/forms";
import { FormProblem } from "../features/identity/FormProblem";
import { NewPasswordField } from "../features/identity/NewPasswordField";
import { SubmitButton } from "../features/identity/SubmitButton";
import { useToken } from "../features/identity/link-token";
import { setupQuery, useSetUp } from "../features/identity/queries";

export function SetupPage() {
  const text = useText();
  const token = useToken();
  const setup = useQuery(setupQuery);

  if (setup.isPending) {
    return (
      <EntryFrame title={text.setup.title}>
        <Skeleton className="h-72" />
      </EntryFrame>
    );
  }
  if (setup.isError) {
    return (
      <EntryFrame title={text.setup.title}>
        <Notice
          tone="danger"
          action={<Button onClick={() => void setup.refetch()}>{text.common.retry}</Button>}
        >
          {sentenceOf(setup.error, text)}
        </Notice>
      </EntryFrame>
    );
  }
  if (!setup.data.needs_owner) return <AlreadySetUp />;
  if (token === null) {
    return (
      <EntryFrame title={text.setup.noTokenTitle}>
        <p className="text-lg text-muted">{text.setup.noTokenBody}</p>
      </EntryFrame>
    );
  }
  return <OwnerForm token={token} />;
}

function AlreadySetUp() {
  const text = useText();
  return (
    <EntryFrame title={text.setup.alreadyTitle} intro={text.setup.alreadyBody}>
      <Link to="/login" className={buttonClass("primary", "lg")}>
        {text.setup.toLogIn}
      </Link>
    </EntryFrame>
  );
}

function OwnerForm({ token }: { token: string }) {
  const text = useText();
  const navigate = useNavigate();
  const setUp = useSetUp();
  const { at, above } = placeProblem(setUp.error, text);

  if (setUp.error instanceof ApiProblem && setUp.error.code === "identity.setup_closed") {
    return <AlreadySetUp />;
  }

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    setUp.mutate(
      {
        token,
        display_name: read("display_name"),
        email: read("email"),
        password: read("password"),
      },
      { onSuccess: () => void navigate({ to: "/" }) },
    );
  };

  return (
    <EntryFrame title={text.setup.title} intro={text.setup.intro}>
      <FormProblem above={above} />
      <form onSubmit={submit} className="grid gap-5">
        <Field
          label={text.setup.name}
          name="display_name"
          autoComplete="name"
          required
          autoFocus
          error={at["display_name"]}
        />
        <Field
          label={text.setup.email}
          name="email"
          type="email"
          autoComplete="username"
          required
          error={at["email"]}
        />
        <NewPasswordField label={text.setup.password} error={at["password"]} />
        <SubmitButton isBusy={setUp.isPending} error={setUp.error}>
          {text.setup.submit}
        </SubmitButton>
      </form>
    </EntryFrame>
  );
}
