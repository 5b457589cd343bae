import { Badge, Button, Field, Notice, showToast, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";

import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { useResend } from "../identity/entry-queries";
import { FormDialog } from "../FormDialog";
import { Failed } from "../Listing";
import { acts, emailQuery, useAct } from "./queries";
import { Section } from "./Section";

export function EmailSection() {
  const text = useText();
  const showError = useErrorToast();
  const status = useQuery(emailQuery);
  const resend = useResend();
  const [isChanging, setIsChanging] = useState(false);
  const sendLink = () =>
    resend.mutate(null, {
      onSuccess: () => showToast(text.security.email.linkSent),
      onError: showError,
    });
  return (
    <Section id="email" title={text.security.email.title}>
      {status.isPending && <Skeleton className="h-12" />}
      {status.isError && <Failed error={status.error} onRetry={() => void status.refetch()} />}
      {status.data !== undefined && (
        <>
          <p className="flex flex-wrap items-center gap-3 text-lg font-semibold wrap-anywhere">
            {status.data.email}
            {status.data.is_verified ? (
              <Badge tone="good">{text.security.email.verified}</Badge>
            ) : (
              <Badge tone="danger">{text.security.email.unverified}</Badge>
            )}
          </p>
          {status.data.pending_email !== null && (
            <Notice>{text.security.email.pending(status.data.pending_email)}</Notice>
          )}
          <div className="flex flex-wrap gap-3">
            <Button onClick={() => setIsChanging(true)}>{text.security.email.change}</Button>
            {!status.data.is_verified && (
              <Button variant="quiet" isBusy={resend.isPending} onClick={sendLink}>
                {text.security.email.sendLink}
              </Button>
            )}
          </div>
        </>
      )}
      {isChanging && <ChangeEmailDialog onClose={() => setIsChanging(false)} />}
    </Section>
  );
}

function ChangeEmailDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const change = useAct(acts.changeEmail);
  const { at, above } = placeProblem(change.error, text);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const email = readForm(event)("new_email");
    change.mutate(email, {
      onSuccess: () => {
        onClose();
        showToast(text.security.email.sent(email));
      },
    });
  };
  return (
    <FormDialog
      title={text.security.email.change}
      description={text.security.email.changeIntro}
      submit={text.security.email.save}
      isBusy={change.isPending}
      error={change.error}
      above={above}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field
        label={text.security.email.new}
        name="new_email"
        type="email"
        autoComplete="email"
        required
        error={at["new_email"] ?? at["email"]}
      />
    </FormDialog>
  );
}
