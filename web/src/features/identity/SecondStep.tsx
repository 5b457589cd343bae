import { Button, Checkbox, Field, Notice } from "@streamverse/ui";
import { useMutation } from "@tanstack/react-query";
import { unwrap } from "@streamverse/client";
import { Fingerprint } from "lucide-react";
import { type SubmitEvent, useState } from "react";

import { api, isCode, sentenceOf } from "../../app/api";
import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { digitsOf } from "./codes";
import { EntryFrame } from "./EntryFrame";
import { FormProblem } from "./FormProblem";
import { type Method, passkeyFor, type Ticket, useSecondStep } from "./log-in";
import { passkeySentence } from "./passkey-sentence";
import { SubmitButton } from "./SubmitButton";
import { canUsePasskeys } from "./webauthn";

/** With these the ticket is gone: only the password begins a new one. */
const SPENT = [
  "identity.link_expired",
  "identity.link_invalid",
  "identity.link_used",
  "identity.tries_used_up",
];

export function SecondStep({
  ticket,
  onEntered,
  onStartOver,
}: {
  ticket: Ticket;
  onEntered: () => void;
  onStartOver: () => void;
}) {
  const text = useText();
  const methods = ticket.methods.filter((method) => method !== "passkey" || canUsePasskeys());
  const [method, setMethod] = useState<Method>(methods[0] ?? "totp");
  const [isTrusted, setIsTrusted] = useState(false);
  const finish = useSecondStep();
  const passkey = useMutation({ mutationFn: () => passkeyFor(ticket.ticket) });
  const answer = { ticket: ticket.ticket, trust_device: isTrusted };
  const { at, above } = placeProblem(finish.error, text, { "identity.factor_wrong": "code" });

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const typed = readForm(event)("code");
    const shown = method === "totp" ? { code: digitsOf(typed) } : { backup_code: typed };
    finish.mutate({ ...answer, ...shown }, { onSuccess: onEntered });
  };
  const confirm = async () => {
    finish.reset();
    const signed = await passkey.mutateAsync().catch(() => null);
    if (signed !== null) finish.mutate({ ...answer, ...signed }, { onSuccess: onEntered });
  };
  const choose = (other: Method) => {
    finish.reset();
    passkey.reset();
    setMethod(other);
  };
  const intro = {
    totp: text.secondStep.introCode,
    backup_code: text.secondStep.introBackup,
    passkey: text.secondStep.introPasskey,
  }[method];

  if (isCode(finish.error, ...SPENT) || isCode(passkey.error, ...SPENT)) {
    return (
      <EntryFrame title={text.secondStep.title}>
        <FormProblem above={sentenceOf(finish.error ?? passkey.error, text)} />
        <Button variant="primary" size="lg" onClick={onStartOver}>
          {text.secondStep.again}
        </Button>
      </EntryFrame>
    );
  }
  return (
    <EntryFrame title={text.secondStep.title} intro={intro}>
      <FormProblem above={above} />
      {method === "passkey" ? (
        <div className="grid gap-5">
          {passkey.isError && <Notice tone="danger">{passkeySentence(passkey.error, text)}</Notice>}
          {at["code"] !== undefined && <Notice tone="danger">{at["code"]}</Notice>}
          <TrustChoice isTrusted={isTrusted} onChange={setIsTrusted} />
          <Button
            variant="primary"
            size="lg"
            icon={<Fingerprint aria-hidden size={22} />}
            isBusy={passkey.isPending || finish.isPending}
            onClick={() => void confirm()}
          >
            {text.secondStep.passkey}
          </Button>
        </div>
      ) : (
        <form key={method} onSubmit={submit} className="grid gap-5">
          <CodeField isBackup={method === "backup_code"} error={at["code"] ?? at["backup_code"]} />
          <TrustChoice isTrusted={isTrusted} onChange={setIsTrusted} />
          <SubmitButton isBusy={finish.isPending} error={finish.error}>
            {text.secondStep.submit}
          </SubmitButton>
        </form>
      )}
      <Instead
        methods={methods.filter((other) => other !== method)}
        onChoose={choose}
        ticket={ticket.ticket}
        onStartOver={onStartOver}
      />
    </EntryFrame>
  );
}

/** A code of an authenticator app, which phones fill in, or one from paper. */
export function CodeField({
  isBackup = false,
  isInDialog = false,
  label,
  error,
}: {
  isBackup?: boolean;
  /** A dialog puts the focus where it belongs by itself. */
  isInDialog?: boolean;
  label?: string;
  error: string | undefined;
}) {
  const text = useText();
  return (
    <Field
      label={label ?? (isBackup ? text.secondStep.backupCode : text.secondStep.code)}
      name="code"
      autoComplete={isBackup ? "off" : "one-time-code"}
      inputMode={isBackup ? "text" : "numeric"}
      autoCapitalize="none"
      spellCheck={false}
      maxLength={isBackup ? 20 : 12}
      required
      autoFocus={!isInDialog}
      error={error}
      className="text-center font-mono text-2xl tracking-[0.25em]"
    />
  );
}

function TrustChoice({
  isTrusted,
  onChange,
}: {
  isTrusted: boolean;
  onChange: (isTrusted: boolean) => void;
}) {
  const text = useText();
  return (
    <Checkbox
      label={text.secondStep.trust}
      hint={text.secondStep.trustHint}
      checked={isTrusted}
      onChange={(event) => onChange(event.target.checked)}
    />
  );
}

function Instead({
  methods,
  onChoose,
  ticket,
  onStartOver,
}: {
  methods: readonly Method[];
  onChoose: (method: Method) => void;
  ticket: string;
  onStartOver: () => void;
}) {
  const text = useText();
  const reset = useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/auth/mfa-reset/request", { body: { ticket } })),
  });
  return (
    <div className="grid gap-3 border-t border-line pt-5">
      <div className="-mx-3.5 flex flex-wrap gap-x-1">
        {methods.map((method) => (
          <Button key={method} variant="quiet" size="sm" onClick={() => onChoose(method)}>
            {text.secondStep.instead[method]}
          </Button>
        ))}
        <Button variant="quiet" size="sm" onClick={() => reset.mutate()} isBusy={reset.isPending}>
          {text.secondStep.lost}
        </Button>
        <Button variant="quiet" size="sm" onClick={onStartOver}>
          {text.secondStep.again}
        </Button>
      </div>
      {reset.isSuccess && <Notice>{reset.data.detail}</Notice>}
      {reset.isError && <Notice tone="danger">{sentenceOf(reset.error, text)}</Notice>}
    </div>
  );
}
