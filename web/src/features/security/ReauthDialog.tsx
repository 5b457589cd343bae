import { unwrap } from "@streamverse/client";
import { Button, Dialog, DialogActions, Notice } from "@streamverse/ui";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Fingerprint } from "lucide-react";
import { type SubmitEvent, useState } from "react";

import { api } from "../../app/api";
import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { gate } from "../../app/reauthentication";
import { digitsOf } from "../identity/codes";
import { FormProblem } from "../identity/FormProblem";
import type { FactorAnswer } from "../identity/log-in";
import { OwnPasswordField } from "../identity/OwnPasswordField";
import { passkeySentence } from "../identity/passkey-sentence";
import { CodeField } from "../identity/SecondStep";
import { SubmitButton } from "../identity/SubmitButton";
import { askPasskey, canUsePasskeys } from "../identity/webauthn";
import { mfaQuery, passkeysQuery } from "./queries";

const FORM_ID = "reauthenticate";
const FIELD_OF = { "identity.password_wrong": "password", "identity.factor_wrong": "code" };

async function answerByPasskey(): Promise<FactorAnswer> {
  const asked = await unwrap(api.POST("/api/v1/auth/passkeys/reauth/options"));
  const credential = await askPasskey(asked.publicKey);
  return { passkey: { ticket: asked.ticket, credential } };
}

function confirmWith(body: FactorAnswer | { password: string }) {
  return unwrap(api.POST("/api/v1/auth/reauth", { body: body as { password: string } }));
}

/** Asks who is there before something sensitive, which then goes on by itself. */
export function ReauthDialog() {
  const text = useText();
  const [byCode, setByCode] = useState(false);
  const hasCodes = useQuery(mfaQuery).data?.is_enabled ?? false;
  const hasPasskeys = (useQuery(passkeysQuery).data?.items.length ?? 0) > 0;
  const typed = useMutation({ mutationFn: confirmWith, onSuccess: () => gate.answer(true) });
  const passkey = useMutation({
    mutationFn: async () => confirmWith(await answerByPasskey()),
    onSuccess: () => gate.answer(true),
  });
  const { at, above } = placeProblem(typed.error, text, FIELD_OF);

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    // The form whose act waits may be around this one in React's tree.
    event.stopPropagation();
    const read = readForm(event);
    passkey.reset();
    typed.mutate(byCode ? codeAnswer(read("code")) : { password: read("password") });
  };
  return (
    <Dialog
      isOpen
      onClose={() => gate.answer(false)}
      title={text.reauth.title}
      description={text.reauth.intro}
      closeLabel={text.common.close}
    >
      <FormProblem above={above} />
      {passkey.isError && <Notice tone="danger">{passkeySentence(passkey.error, text)}</Notice>}
      <form id={FORM_ID} onSubmit={submit} className="grid gap-4">
        {byCode ? (
          <CodeField key="code" label={text.reauth.code} isBackup isInDialog error={at["code"]} />
        ) : (
          <OwnPasswordField error={at["password"]} />
        )}
      </form>
      <div className="-mx-3.5 flex flex-wrap gap-x-1">
        {hasCodes && (
          <Button variant="quiet" size="sm" onClick={() => setByCode(!byCode)}>
            {byCode ? text.reauth.usePassword : text.reauth.useCode}
          </Button>
        )}
        {hasPasskeys && canUsePasskeys() && (
          <Button
            variant="quiet"
            size="sm"
            icon={<Fingerprint aria-hidden size={18} />}
            isBusy={passkey.isPending}
            onClick={() => {
              typed.reset();
              passkey.mutate();
            }}
          >
            {text.reauth.passkey}
          </Button>
        )}
      </div>
      <DialogActions>
        <Button variant="quiet" onClick={() => gate.answer(false)}>
          {text.common.cancel}
        </Button>
        <SubmitButton form={FORM_ID} size="md" isBusy={typed.isPending} error={typed.error}>
          {text.reauth.submit}
        </SubmitButton>
      </DialogActions>
    </Dialog>
  );
}

/** Codes of the app are six digits; whatever else was typed is one from paper. */
function codeAnswer(typed: string): FactorAnswer {
  const digits = digitsOf(typed);
  const isFromApp = digits.length === 6 && /^[\d\s]*$/.test(typed);
  return isFromApp ? { code: digits } : { backup_code: typed };
}
