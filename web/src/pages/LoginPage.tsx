import { Button, buttonClass, Field, Notice } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { Fingerprint } from "lucide-react";
import { type ReactNode, type SubmitEvent, useEffect, useState } from "react";

import { isCode } from "../app/api";
import { formatDate } from "../app/format";
import { placeProblem, readForm } from "../app/forms";
import { useText } from "../app/i18n";
import { safeNext } from "../app/safe-next";
import { arrivalSentence } from "../features/identity/arrival";
import { useResend } from "../features/identity/entry-queries";
import { EntryFrame } from "../features/identity/EntryFrame";
import { FormProblem } from "../features/identity/FormProblem";
import { forgetArrival, takeArrival } from "../features/identity/link-token";
import {
  isTicket,
  type Method,
  type Ticket,
  useLogIn,
  usePasskeyLogIn,
} from "../features/identity/log-in";
import { OwnPasswordField } from "../features/identity/OwnPasswordField";
import { passkeySentence } from "../features/identity/passkey-sentence";
import { type Credentials, providersQuery, setupQuery } from "../features/identity/queries";
import { Reactivate, type Waking } from "../features/identity/Reactivate";
import { SecondStep } from "../features/identity/SecondStep";
import { SubmitButton } from "../features/identity/SubmitButton";
import { canUsePasskeys } from "../features/identity/webauthn";

const route = getRouteApi("/login");
const ASLEEP = "identity.account_deactivated";

type Stage =
  { name: "first" } | { name: "second"; ticket: Ticket } | { name: "asleep"; waking: Waking };

export function LoginPage() {
  const router = useRouter();
  const { next, error, left } = route.useSearch();
  const [stage, setStage] = useState<Stage>(() => stageOnArrival(error));
  const onEntered = () => router.history.push(safeNext(next));
  const onTicket = (ticket: Ticket) => setStage({ name: "second", ticket });
  const onStartOver = () => {
    forgetArrival();
    setStage({ name: "first" });
  };
  useEffect(() => forgetArrival, []);
  const ways = { onEntered, onTicket, onStartOver };
  if (stage.name === "second") return <SecondStep {...ways} ticket={stage.ticket} />;
  if (stage.name === "asleep") return <Reactivate {...ways} waking={stage.waking} />;
  return (
    <FirstStep
      {...ways}
      next={next}
      arrivalError={error}
      left={left}
      onAsleep={(waking) => setStage({ name: "asleep", waking })}
    />
  );
}

/** Another service may have brought somebody half-way already. */
function stageOnArrival(error: string | undefined): Stage {
  const arrival = takeArrival();
  if (arrival === null) return { name: "first" };
  return error === ASLEEP
    ? { name: "asleep", waking: { ticket: arrival.ticket } }
    : { name: "second", ticket: { ticket: arrival.ticket, methods: arrival.methods as Method[] } };
}

function FirstStep({
  next,
  arrivalError,
  left,
  onEntered,
  onTicket,
  onAsleep,
}: {
  next: string | undefined;
  arrivalError: string | undefined;
  left: string | undefined;
  onEntered: () => void;
  onTicket: (ticket: Ticket) => void;
  onAsleep: (waking: Waking) => void;
}) {
  const text = useText();
  const setup = useQuery(setupQuery);
  const logIn = useLogIn();
  const passkey = usePasskeyLogIn(onEntered);
  const { at, above } = placeProblem(logIn.error, text);
  const isFirstTry = logIn.isIdle && passkey.isIdle;

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    const given = { email: read("email"), password: read("password") };
    passkey.reset();
    logIn.mutate(given, {
      onSuccess: (entry) => (isTicket(entry) ? onTicket(entry) : onEntered()),
      onError: (error) => isCode(error, ASLEEP) && onAsleep(given),
    });
  };

  return (
    <EntryFrame title={text.login.title}>
      {setup.data?.needs_owner === true && <Notice>{text.login.needsOwner}</Notice>}
      {left !== undefined && isFirstTry && (
        <Notice>
          {left === "paused"
            ? text.privacy.left.paused
            : text.privacy.left.deleted(formatDate(left))}
        </Notice>
      )}
      {arrivalError !== undefined && isFirstTry && (
        <Notice tone="danger">{arrivalSentence(arrivalError, text)}</Notice>
      )}
      <FormProblem
        above={above}
        action={isCode(logIn.error, "identity.email_unverified") && <Resend to={logIn.variables} />}
      />
      {passkey.isError && <Notice tone="danger">{passkeySentence(passkey.error, text)}</Notice>}
      <form onSubmit={submit} className="grid gap-5">
        <Field
          label={text.login.email}
          name="email"
          type="email"
          autoComplete="username webauthn"
          required
          autoFocus
          error={at["email"]}
        />
        <div className="grid gap-2">
          <OwnPasswordField error={at["password"]} />
          <Link to="/forgot-password" className="link justify-self-end text-sm">
            {text.login.forgot}
          </Link>
        </div>
        <SubmitButton isBusy={logIn.isPending} error={logIn.error}>
          {text.login.submit}
        </SubmitButton>
      </form>
      <OtherWays next={next}>
        {canUsePasskeys() && (
          <Button
            size="lg"
            icon={<Fingerprint aria-hidden size={22} />}
            isBusy={passkey.isPending}
            onClick={() => {
              logIn.reset();
              passkey.mutate();
            }}
          >
            {text.login.passkey}
          </Button>
        )}
      </OtherWays>
      {setup.data?.is_registration_open === true && (
        <p className="text-muted">
          {text.login.newHere}{" "}
          <Link to="/register" className="link">
            {text.login.register}
          </Link>
        </p>
      )}
    </EntryFrame>
  );
}

/** What one can log in with instead of a password. */
function OtherWays({ next, children }: { next: string | undefined; children: ReactNode }) {
  const text = useText();
  const providers = useQuery(providersQuery).data?.items ?? [];
  if (children === false && providers.length === 0) return null;
  const goOn = new URLSearchParams({ next: safeNext(next) }).toString();
  return (
    <div className="grid gap-3">
      <Divider>{text.login.or}</Divider>
      {children}
      {providers.map((provider) => (
        <a
          key={provider.id}
          href={`/api/v1/auth/oidc/${encodeURIComponent(provider.id)}/start?${goOn}`}
          className={buttonClass("secondary", "lg")}
        >
          {text.login.continueWith(provider.name)}
        </a>
      ))}
    </div>
  );
}

function Divider({ children }: { children: string }) {
  return (
    <div className="flex items-center gap-4 text-sm text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
      {children}
    </div>
  );
}

/** For whoever has not confirmed the address yet, and lost the mail. */
function Resend({ to }: { to: Credentials | undefined }) {
  const text = useText();
  const resend = useResend();
  if (resend.isSuccess) return <p className="w-full text-sm">{text.login.resent}</p>;
  return (
    <Button
      size="sm"
      isBusy={resend.isPending}
      onClick={() => to !== undefined && resend.mutate(to.email)}
    >
      {text.login.resend}
    </Button>
  );
}
