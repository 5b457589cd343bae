import { Badge, buttonClass, Card, IconButton, Notice, showToast, Skeleton } from "@streamverse/ui";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { MailQuestion, RotateCw, X } from "lucide-react";

import { sentenceOf } from "../../app/api";
import { formatDate } from "../../app/format";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { useIsOwner } from "../identity/queries";
import { mailsQuery } from "../mails/queries";
import { ProblemNotice } from "../ProblemNotice";
import { invitationsQuery, useInvite, useWithdraw } from "./queries";

/** Who is invited and has not come yet. */
export function InvitationList() {
  const text = useText();
  const { invitations: words } = text.people;
  const invitations = useQuery(invitationsQuery);
  const invite = useInvite();
  const withdraw = useWithdraw();
  const onError = useErrorToast();
  if (invitations.isPending) return <Skeleton className="h-20" />;
  if (invitations.isError) {
    return (
      <ProblemNotice
        sentence={sentenceOf(invitations.error, text)}
        onRetry={() => void invitations.refetch()}
      />
    );
  }
  if (invitations.data.length === 0) return <p className="text-muted">{words.none}</p>;
  return (
    <>
      <KeptNotice />
      <ul className="grid gap-3">
        {invitations.data.map(({ id, email, role, invited_by, expires_at }) => (
          <li key={id}>
            <Card className="flex items-center gap-4">
              <MailQuestion aria-hidden size={24} className="shrink-0 text-accent-text" />
              <div className="flex min-w-0 flex-1 flex-wrap items-center justify-between gap-x-6 gap-y-2">
                <div className="min-w-0">
                  <p className="font-semibold wrap-anywhere">{email}</p>
                  <p className="text-sm text-muted">
                    {words.by(invited_by, formatDate(expires_at))}
                  </p>
                </div>
                <Badge>{text.people.roles[role]}</Badge>
              </div>
              <IconButton
                label={words.again(email)}
                disabled={invite.isPending}
                onClick={() =>
                  invite.mutate(
                    { email, role },
                    { onSuccess: () => showToast(words.sent(email)), onError },
                  )
                }
              >
                <RotateCw aria-hidden size={18} />
              </IconButton>
              <IconButton
                label={words.withdraw(email)}
                disabled={withdraw.isPending}
                onClick={() =>
                  withdraw.mutate(id, {
                    onSuccess: () => showToast(words.withdrawn(email)),
                    onError,
                  })
                }
              >
                <X aria-hidden size={18} />
              </IconButton>
            </Card>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Where mails are kept, the owner has to pass the links on. */
function KeptNotice() {
  const { kept, toMails } = useText().people.invitations;
  const isOwner = useIsOwner();
  const mails = useInfiniteQuery({ ...mailsQuery, enabled: isOwner });
  if (mails.data?.pages[0]?.is_sending !== false) return null;
  return (
    <Notice
      action={
        <Link to="/admin/mails" className={buttonClass("secondary", "sm")}>
          {toMails}
        </Link>
      }
    >
      {kept}
    </Notice>
  );
}
