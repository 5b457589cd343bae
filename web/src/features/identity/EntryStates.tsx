import { buttonClass, Skeleton } from "@streamverse/ui";
import { Link } from "@tanstack/react-router";
import { MailCheck } from "lucide-react";
import type { ReactNode } from "react";

import { useText } from "../../app/i18n";
import { EntryFrame } from "./EntryFrame";

/** While a link is looked at. */
export function CheckingLink({ title }: { title: string }) {
  const text = useText();
  return (
    <EntryFrame title={title}>
      <div role="status" aria-label={text.verifyEmail.checking}>
        <Skeleton className="h-48" />
      </div>
    </EntryFrame>
  );
}

/** The address of the page lacks its secret. */
export function MissingLink() {
  const text = useText();
  return (
    <EntryFrame title={text.verifyEmail.missingTitle} intro={text.verifyEmail.missingBody}>
      <ToLogIn />
    </EntryFrame>
  );
}

/** A mail is on its way, or was not sent: nobody is told which. */
export function LookInMail({
  title,
  body,
  children,
}: {
  title: string;
  body: string;
  children: ReactNode;
}) {
  return (
    <EntryFrame title={title}>
      <div className="grid gap-5">
        <div className="grid size-16 place-items-center rounded-3xl bg-accent-wash text-accent-text">
          <MailCheck aria-hidden size={30} />
        </div>
        <p className="text-lg wrap-anywhere text-muted">{body}</p>
        {children}
      </div>
    </EntryFrame>
  );
}

export function ToLogIn({ isPrimary = false }: { isPrimary?: boolean }) {
  const text = useText();
  return (
    <Link to="/login" className={buttonClass(isPrimary ? "primary" : "secondary", "lg")}>
      {isPrimary ? text.login.submit : text.login.back}
    </Link>
  );
}
