import {
  Button,
  Dialog,
  DialogActions,
  IconButton,
  showProblem,
  showToast,
  Skeleton,
} from "@streamverse/ui";
import { Copy } from "lucide-react";
import { type SubmitEvent, useEffect, useRef } from "react";

import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { digitsOf, inGroups } from "../identity/codes";
import { FormProblem } from "../identity/FormProblem";
import { CodeField } from "../identity/SecondStep";
import { SubmitButton } from "../identity/SubmitButton";
import { acts, useAct } from "./queries";
import { SvgPicture } from "./SvgPicture";
import { copyText } from "../../app/take-along";

const FORM_ID = "set-up-app";

/** From the QR code to the first code, and so to the backup codes. */
export function SetUpAppDialog({
  onClose,
  onDone,
}: {
  onClose: () => void;
  onDone: (codes: readonly string[]) => void;
}) {
  const text = useText();
  const showError = useErrorToast();
  const words = text.security.twoFactor;
  const begin = useAct(acts.setUpMfa);
  const verify = useAct(acts.verifyMfa);
  const { at, above } = placeProblem(verify.error, text, { "identity.factor_wrong": "code" });
  const hasBegun = useRef(false);
  const close = useRef(onClose);
  useEffect(() => {
    if (hasBegun.current) return;
    hasBegun.current = true;
    begin.mutate(undefined, {
      onError: (error) => {
        showError(error);
        close.current();
      },
    });
  }, [begin, showError]);

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    verify.mutate(digitsOf(readForm(event)("code")), {
      onSuccess: ({ codes }) => onDone(codes),
    });
  };
  const copy = async (key: string) => {
    if (await copyText(key)) showToast(text.security.backup.copied);
    else showProblem(text.security.backup.notCopied);
  };
  return (
    <Dialog isOpen onClose={onClose} title={words.setUpTitle} closeLabel={text.common.close}>
      <FormProblem above={above} />
      <ol className="grid gap-6">
        <li className="grid gap-3">
          <h3 className="font-sans text-base font-semibold">{words.step1}</h3>
          <p className="-mt-2 text-sm text-muted">{words.step1Body}</p>
          {begin.data === undefined ? (
            <div role="status" aria-label={words.preparing}>
              <Skeleton className="mx-auto size-48" />
            </div>
          ) : (
            <>
              <SvgPicture
                svg={begin.data.qr_svg}
                label={words.qrLabel}
                className="mx-auto size-48 rounded-2xl bg-white p-2"
              />
              <div className="grid gap-1">
                <p className="text-sm text-muted">{words.manual}</p>
                <div className="flex items-center gap-1">
                  <code className="min-w-0 flex-1 font-mono wrap-anywhere select-all">
                    {inGroups(begin.data.secret)}
                  </code>
                  <IconButton label={words.copyKey} onClick={() => void copy(begin.data.secret)}>
                    <Copy aria-hidden size={18} />
                  </IconButton>
                </div>
              </div>
            </>
          )}
        </li>
        <li>
          <form id={FORM_ID} onSubmit={submit} className="grid gap-3">
            <h3 className="font-sans text-base font-semibold">{words.step2}</h3>
            <CodeField isInDialog error={at["code"]} />
          </form>
        </li>
      </ol>
      <DialogActions>
        <Button variant="quiet" onClick={onClose}>
          {text.common.cancel}
        </Button>
        <SubmitButton form={FORM_ID} size="md" isBusy={verify.isPending} error={verify.error}>
          {words.confirm}
        </SubmitButton>
      </DialogActions>
    </Dialog>
  );
}
