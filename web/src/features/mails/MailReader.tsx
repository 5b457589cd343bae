import type { Mail, MailBody } from "@streamverse/client";
import { Button, Notice, showToast, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Link2, Send } from "lucide-react";
import { useState } from "react";

import { sentenceOf } from "../../app/api";
import { formatMoment } from "../../app/format";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { ProblemNotice } from "../ProblemNotice";
import { copyText } from "../../app/take-along";
import { CopyLine } from "../staff/CopyLine";
import { linkIn, mailQuery, useSendAgain } from "./queries";

/** One mail: what it says, and what can be done with it. */
export function MailReader({ id }: { id: string }) {
  const text = useText();
  const mail = useQuery(mailQuery(id));
  if (mail.isPending) return <Skeleton className="h-96" />;
  if (mail.isError) {
    return (
      <ProblemNotice sentence={sentenceOf(mail.error, text)} onRetry={() => void mail.refetch()} />
    );
  }
  return (
    <article className="grid gap-5" aria-labelledby="mail-subject">
      <header className="grid gap-2">
        <h2 id="mail-subject" className="text-2xl font-bold wrap-anywhere">
          {mail.data.subject ?? text.mails.forgotten}
        </h2>
        <p className="text-muted wrap-anywhere">{factsOf(mail.data, text.mails).join(" · ")}</p>
        {mail.data.problem !== null && (
          <p className="text-danger-text wrap-anywhere">{mail.data.problem}</p>
        )}
      </header>
      <Actions mail={mail.data} />
      <Body mail={mail.data} />
    </article>
  );
}

function factsOf(mail: Mail, words: ReturnType<typeof useText>["mails"]): string[] {
  return [
    words.to(mail.to ?? words.nobody),
    formatMoment(mail.sent_at ?? mail.created_at),
    words.states[mail.state] ?? mail.state,
    ...(mail.attempts > 0 ? [words.attempts(mail.attempts)] : []),
  ];
}

function Actions({ mail }: { mail: MailBody }) {
  const text = useText();
  const showError = useErrorToast();
  const link = linkIn(mail.text);
  const sending = useSendAgain();
  const [isRefused, setIsRefused] = useState(false);
  const copy = async (address: string) => {
    const isCopied = await copyText(address);
    setIsRefused(!isCopied);
    if (isCopied) showToast(text.mails.linkCopied);
  };
  const sendAgain = () =>
    sending.mutate(mail.id, {
      onSuccess: () => showToast(text.mails.sentAgain),
      onError: showError,
    });
  return (
    <>
      <div className="flex flex-wrap gap-3">
        {link !== null && (
          <Button
            variant="primary"
            icon={<Link2 aria-hidden size={18} />}
            onClick={() => void copy(link)}
          >
            {text.mails.copyLink}
          </Button>
        )}
        <Button
          icon={<Send aria-hidden size={18} />}
          isBusy={sending.isPending}
          onClick={sendAgain}
        >
          {text.mails.sendAgain}
        </Button>
      </div>
      {isRefused && link !== null && <CopyLine label={text.mails.link} value={link} />}
    </>
  );
}

function Body({ mail }: { mail: MailBody }) {
  const text = useText();
  if (!mail.is_readable) return <Notice>{text.mails.unreadable}</Notice>;
  if (mail.html === null) {
    return <p className="rounded-2xl bg-raised p-5 whitespace-pre-wrap">{mail.text}</p>;
  }
  return (
    // Nothing of a mail may run here, lead anywhere or know where it is.
    <iframe
      sandbox=""
      title={mail.subject ?? ""}
      srcDoc={mail.html}
      className="h-[min(70dvh,44rem)] w-full rounded-2xl border border-line bg-white"
    />
  );
}
