import { unwrap } from "@streamverse/client";
import { Button, buttonClass, Field, Notice } from "@streamverse/ui";
import { useMutation } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Tv } from "lucide-react";
import { type SubmitEvent, useEffect, useRef, useState } from "react";

import { api, sentenceOf } from "../app/api";
import { formatAge } from "../app/format";
import { placeProblem, readForm } from "../app/forms";
import { useText } from "../app/i18n";
import { formatUserCode } from "../features/identity/codes";
import { EntryFrame } from "../features/identity/EntryFrame";
import { FormProblem } from "../features/identity/FormProblem";
import { SubmitButton } from "../features/identity/SubmitButton";

const route = getRouteApi("/member/link");

function at(user_code: string) {
  return { params: { path: { user_code } } };
}

function findScreen(code: string) {
  return unwrap(api.GET("/api/v1/auth/device/{user_code}", at(code)));
}
type Screen = Awaited<ReturnType<typeof findScreen>>;

export function LinkPage() {
  const { code } = route.useSearch();
  const find = useMutation({ mutationFn: findScreen });
  const [screen, setScreen] = useState<Screen | null>(null);
  const look = (typed: string) => find.mutate(formatUserCode(typed), { onSuccess: setScreen });
  const hasLooked = useRef(false);
  useEffect(() => {
    // A code that came with the address is looked up at once; what it is for is asked all the same.
    if (code === undefined || hasLooked.current) return;
    hasLooked.current = true;
    find.mutate(formatUserCode(code), { onSuccess: setScreen });
  }, [code, find]);
  const startOver = () => {
    find.reset();
    setScreen(null);
  };
  return screen === null ? (
    <EnterCode given={code ?? ""} isBusy={find.isPending} error={find.error} onCode={look} />
  ) : (
    <Decide screen={screen} onStartOver={startOver} />
  );
}

function EnterCode({
  given,
  isBusy,
  error,
  onCode,
}: {
  given: string;
  isBusy: boolean;
  error: Error | null;
  onCode: (code: string) => void;
}) {
  const text = useText();
  const [typed, setTyped] = useState(formatUserCode(given));
  const problem = placeProblem(error, text, { "identity.tv_code_not_found": "code" });
  const submit = (event: SubmitEvent<HTMLFormElement>) => onCode(readForm(event)("code"));
  return (
    <EntryFrame title={text.link.title} intro={text.link.intro}>
      <FormProblem above={problem.above} />
      <form onSubmit={submit} className="grid gap-5">
        <Field
          label={text.link.code}
          hint={text.link.codeHint}
          name="code"
          value={typed}
          onChange={(event) => setTyped(formatUserCode(event.target.value))}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          required
          autoFocus
          error={problem.at["code"]}
          className="text-center font-mono text-3xl tracking-[0.15em]"
        />
        <SubmitButton isBusy={isBusy} error={error}>
          {text.link.submit}
        </SubmitButton>
      </form>
    </EntryFrame>
  );
}

function Decide({ screen, onStartOver }: { screen: Screen; onStartOver: () => void }) {
  const text = useText();
  const approve = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/auth/device/{user_code}/approve", at(screen.user_code))),
  });
  const deny = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/auth/device/{user_code}/deny", at(screen.user_code))),
  });
  const error = approve.error ?? deny.error;
  if (approve.isSuccess)
    return <Decided title={text.link.approvedTitle} body={text.link.approvedBody} />;
  if (deny.isSuccess) return <Decided title={text.link.deniedTitle} body={text.link.deniedBody} />;
  const { client_name, browser, os } = screen;
  // A screen that gave no name of its own is called by its software already.
  const software = client_name.includes(browser) ? [] : [browser, os];
  const facts = [
    [
      text.link.codeShown,
      <span key="code" className="font-mono text-xl font-bold tracking-wider">
        {screen.user_code}
      </span>,
    ],
    [text.link.device, [client_name, ...software].filter(Boolean).join(" · ")],
    [text.link.place, screen.ip],
    [text.link.asked, formatAge(screen.created_at)],
  ] as const;
  return (
    <EntryFrame title={text.link.confirmTitle} intro={text.link.confirmIntro}>
      {error !== null && (
        <Notice
          tone="danger"
          action={
            <Button size="sm" onClick={onStartOver}>
              {text.link.another}
            </Button>
          }
        >
          {sentenceOf(error, text)}
        </Notice>
      )}
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-baseline gap-x-6 gap-y-3 rounded-2xl border border-line bg-surface p-5">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-sm text-muted">{name}</dt>
            <dd className="wrap-anywhere">{value}</dd>
          </div>
        ))}
      </dl>
      <div className="grid gap-3 sm:grid-cols-2">
        <Button
          variant="primary"
          size="lg"
          icon={<Tv aria-hidden size={22} />}
          isBusy={approve.isPending}
          onClick={() => approve.mutate()}
        >
          {text.link.approve}
        </Button>
        <Button size="lg" isBusy={deny.isPending} onClick={() => deny.mutate()}>
          {text.link.deny}
        </Button>
      </div>
    </EntryFrame>
  );
}

function Decided({ title, body }: { title: string; body: string }) {
  const text = useText();
  return (
    <EntryFrame title={title} intro={body}>
      <div className="flex flex-wrap gap-3">
        <Link to="/" className={buttonClass("primary", "lg")}>
          {text.common.goHome}
        </Link>
        <Link to="/account/security" hash="sessions" className={buttonClass("quiet", "lg")}>
          {text.link.seeDevices}
        </Link>
      </div>
    </EntryFrame>
  );
}
