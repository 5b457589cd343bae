import { ApiProblem } from "@streamverse/client";
import { Button, Field, Notice } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import type { SubmitEvent } from "react";

import { sentenceOf } from "../app/api";
import { type Messages, useText } from "../app/i18n";
import { safeNext } from "../app/safe-next";
import { EntryFrame } from "../features/identity/EntryFrame";
import { fieldErrors, hasFieldErrors, readForm } from "../app/forms";
import { setupQuery, useLogIn } from "../features/identity/queries";

const route = getRouteApi("/login");

export function LoginPage() {
  const text = useText();
  const router = useRouter();
  const { next } = route.useSearch();
  const setup = useQuery(setupQuery);
  const logIn = useLogIn();
  const errors = fieldErrors(logIn.error);

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    logIn.mutate(
      { email: read("email"), password: read("password") },
      { onSuccess: () => router.history.push(safeNext(next)) },
    );
  };

  return (
    <EntryFrame title={text.login.title}>
      {setup.data?.needs_owner === true && <Notice>{text.login.needsOwner}</Notice>}
      {logIn.isError && !hasFieldErrors(logIn.error) && (
        <Notice tone="danger">{loginSentence(logIn.error, text)}</Notice>
      )}
      <form onSubmit={submit} className="grid gap-5">
        <Field
          label={text.login.email}
          name="email"
          type="email"
          autoComplete="username"
          required
          autoFocus
          error={errors["email"]}
        />
        <Field
          label={text.login.password}
          name="password"
          type="password"
          autoComplete="current-password"
          required
          error={errors["password"]}
        />
        <Button type="submit" variant="primary" size="lg" isBusy={logIn.isPending} className="mt-2">
          {text.login.submit}
        </Button>
      </form>
    </EntryFrame>
  );
}

function loginSentence(error: unknown, text: Messages): string {
  const seconds = error instanceof ApiProblem ? error.retryAfterSeconds : null;
  return seconds === null ? sentenceOf(error, text) : text.login.throttled(seconds);
}
