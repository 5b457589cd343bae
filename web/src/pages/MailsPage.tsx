import type { Mail } from "@streamverse/client";
import {
  Badge,
  type BadgeTone,
  Button,
  buttonClass,
  cx,
  EmptyState,
  Notice,
  Skeleton,
} from "@streamverse/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowLeft, Mailbox, MailOpen } from "lucide-react";

import { sentenceOf } from "../app/api";
import { formatAge } from "../app/format";
import { useText } from "../app/i18n";
import { OwnerOnlyScreen } from "../app/screens";
import { useIsOwner } from "../features/identity/queries";
import { MailReader } from "../features/mails/MailReader";
import { mailsQuery } from "../features/mails/queries";
import { PageHeading } from "../features/PageHeading";
import { ProblemNotice } from "../features/ProblemNotice";

const route = getRouteApi("/member/layout/admin/mails");
const SETTINGS = `STREAMVERSE_SMTP_URL='smtp+starttls://user:password@mail.example.org'
STREAMVERSE_MAIL_FROM='films@example.org'
STREAMVERSE_PUBLIC_URL='https://films.example.org'`;
const tones: Readonly<Record<string, BadgeTone>> = {
  sent: "good",
  failed: "danger",
  kept: "accent",
};

export function MailsPage() {
  return useIsOwner() ? <Mails /> : <OwnerOnlyScreen />;
}

function Mails() {
  const text = useText();
  const { mail: opened } = route.useSearch();
  const query = useInfiniteQuery(mailsQuery);
  const mails = query.data?.pages.flatMap((page) => page.items) ?? [];
  const isSending = query.data?.pages[0]?.is_sending ?? true;
  return (
    <div className="gutter mx-auto max-w-7xl">
      <PageHeading title={text.mails.title} intro={text.mails.intro} />
      {query.isPending && <Skeleton className="h-64" />}
      {query.isError && (
        <ProblemNotice
          sentence={sentenceOf(query.error, text)}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isSuccess && !isSending && (
        <div className={cx("mb-6 grid gap-4", opened !== undefined && "max-lg:hidden")}>
          <Notice>{text.mails.keptNotice}</Notice>
          <HowTo isOpen={mails.length === 0} />
        </div>
      )}
      {query.isSuccess && mails.length === 0 ? (
        <EmptyState icon={<Mailbox aria-hidden size={36} />} title={text.mails.emptyTitle}>
          {text.mails.emptyBody}
        </EmptyState>
      ) : (
        <div className="grid gap-8 lg:grid-cols-[minmax(0,22rem)_minmax(0,1fr)]">
          <div className={cx("grid content-start gap-4", opened !== undefined && "max-lg:hidden")}>
            <ul
              aria-label={text.mails.list}
              className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-surface empty:hidden"
            >
              {mails.map((mail) => (
                <li key={mail.id}>
                  <MailLine mail={mail} isOpen={mail.id === opened} />
                </li>
              ))}
            </ul>
            {query.hasNextPage && (
              <Button isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {text.common.loadMore}
              </Button>
            )}
          </div>
          {opened === undefined ? (
            <p className="hidden content-center justify-items-center gap-3 rounded-2xl border border-dashed border-line p-16 text-center text-muted lg:grid">
              <MailOpen aria-hidden size={32} />
              {text.mails.choose}
            </p>
          ) : (
            <div className="grid content-start gap-4">
              <Link
                to="/admin/mails"
                className={cx(buttonClass("quiet", "sm"), "justify-self-start lg:hidden")}
              >
                <ArrowLeft aria-hidden size={18} className="rtl:-scale-x-100" />
                {text.mails.back}
              </Link>
              <MailReader key={opened} id={opened} />
            </div>
          )}
        </div>
      )}
    </div>
  );
}

function MailLine({ mail, isOpen }: { mail: Mail; isOpen: boolean }) {
  const { mails } = useText();
  return (
    <Link
      to="/admin/mails"
      search={{ mail: mail.id }}
      resetScroll={false}
      aria-current={isOpen || undefined}
      className="grid gap-1 border-s-4 border-transparent px-4 py-3 -outline-offset-3 transition-colors hover:bg-hover aria-[current=true]:border-accent aria-[current=true]:bg-raised"
    >
      <span className="flex items-baseline justify-between gap-3">
        <span className="min-w-0 truncate text-sm text-muted">{mail.to ?? mails.nobody}</span>
        <span className="shrink-0 text-sm text-muted">{formatAge(mail.created_at)}</span>
      </span>
      <span className="flex items-center justify-between gap-3">
        <span className="min-w-0 font-semibold wrap-anywhere">
          {mail.subject ?? mails.forgotten}
        </span>
        <Badge tone={tones[mail.state] ?? "neutral"}>
          {mails.states[mail.state] ?? mail.state}
        </Badge>
      </span>
    </Link>
  );
}

/** How mails come to be sent. */
function HowTo({ isOpen }: { isOpen: boolean }) {
  const { mails } = useText();
  return (
    <details open={isOpen} className="rounded-2xl border border-line bg-surface px-5 py-2">
      <summary className="min-h-11 cursor-pointer content-center font-semibold">
        {mails.howTo}
      </summary>
      <div className="grid gap-3 pb-4">
        <p className="text-muted">{mails.howToBody}</p>
        <pre
          tabIndex={0}
          className="overflow-x-auto rounded-control bg-canvas p-4 font-mono text-sm"
        >
          {SETTINGS}
        </pre>
        <p className="text-sm text-muted">{mails.howToDocs}</p>
      </div>
    </details>
  );
}
