import { buttonClass } from "@streamverse/ui";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { sentenceOf } from "../app/api";
import { useText } from "../app/i18n";
import { useVerifyEmail } from "../features/identity/entry-queries";
import { EntryFrame } from "../features/identity/EntryFrame";
import { CheckingLink, MissingLink, ToLogIn } from "../features/identity/EntryStates";
import { takeToken } from "../features/identity/link-token";

export function VerifyEmailPage() {
  const [token] = useState(takeToken);
  return token === null ? <MissingLink /> : <Verification token={token} />;
}

function Verification({ token }: { token: string }) {
  const text = useText();
  const verified = useVerifyEmail(token);
  if (verified.isPending) return <CheckingLink title={text.verifyEmail.title} />;
  if (verified.isError) {
    return (
      <EntryFrame title={text.verifyEmail.badTitle} intro={sentenceOf(verified.error, text)}>
        <ToLogIn />
      </EntryFrame>
    );
  }
  return (
    <EntryFrame
      title={text.verifyEmail.doneTitle}
      intro={text.verifyEmail.doneBody(verified.data.email)}
    >
      <Link to="/" className={buttonClass("primary", "lg")}>
        {text.verifyEmail.goOn}
      </Link>
    </EntryFrame>
  );
}
