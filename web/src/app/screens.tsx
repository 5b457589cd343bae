import { ApiProblem, ServerUnreachable } from "@streamverse/client";
import { Button, buttonClass, EmptyState } from "@streamverse/ui";
import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { Compass, Lock, RotateCw, TriangleAlert, Unplug } from "lucide-react";
import type { ReactNode } from "react";

import { sentenceOf } from "./api";
import { useText } from "./i18n";
import { Logo } from "./Logo";

/** A whole page that says one thing. */
function Screen({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="gutter py-5">
        <Link to="/" className="inline-flex min-h-11 items-center rounded-lg">
          <Logo />
        </Link>
      </header>
      <main className="grid flex-1 place-items-center">{children}</main>
    </div>
  );
}

export function NotFoundScreen() {
  const text = useText();
  return (
    <Screen>
      <title>{`${text.errors.notFoundTitle} · ${text.appName}`}</title>
      <EmptyState
        as="h1"
        icon={<Compass aria-hidden size={36} />}
        title={text.errors.notFoundTitle}
        action={
          <Link to="/" className={buttonClass("primary")}>
            {text.common.goHome}
          </Link>
        }
      >
        {text.errors.notFoundBody}
      </EmptyState>
    </Screen>
  );
}

/** What is shown where a page broke, or where the server stayed silent. */
export function CrashScreen({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const retry = () => {
    reset();
    void router.invalidate();
  };
  return (
    <Screen>
      <ProblemState error={error} onRetry={retry} />
    </Screen>
  );
}

/** In place of all that a page would have shown. */
export function ProblemState({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const text = useText();
  const isAway = error instanceof ServerUnreachable;
  const isForeseen = isAway || error instanceof ApiProblem;
  const heading = isAway ? text.errors.awayTitle : text.errors.crashTitle;
  const Icon = isAway ? Unplug : TriangleAlert;
  return (
    <EmptyState
      as="h1"
      icon={<Icon aria-hidden size={36} />}
      title={heading}
      action={
        <>
          <Button variant="primary" icon={<RotateCw aria-hidden size={18} />} onClick={onRetry}>
            {text.common.retry}
          </Button>
          <a href="/" className={buttonClass("secondary")}>
            {text.common.goHome}
          </a>
        </>
      }
    >
      <title>{`${heading} · ${text.appName}`}</title>
      <p role="alert">{isForeseen ? sentenceOf(error, text) : text.errors.crashBody}</p>
      {!isForeseen && <p className="mt-4 font-mono text-sm break-words">{String(error)}</p>}
    </EmptyState>
  );
}

export function OwnerOnlyScreen() {
  const text = useText();
  return (
    <EmptyState as="h1" icon={<Lock aria-hidden size={36} />} title={text.errors.ownerOnlyTitle}>
      <title>{`${text.errors.ownerOnlyTitle} · ${text.appName}`}</title>
      {text.errors.ownerOnlyBody}
    </EmptyState>
  );
}
