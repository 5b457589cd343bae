import { ApiProblem, type Profile } from "@streamverse/client";
import { Button, Card, Dialog, DialogActions, Field, Notice, showToast } from "@streamverse/ui";
import { useMutation } from "@tanstack/react-query";
import { Lock, LockOpen } from "lucide-react";
import { type SubmitEvent, useState } from "react";

import { sentenceOf } from "../../app/api";
import { fieldErrors, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { PIN_LIMIT } from "./pin-pad";
import { useSetPin, useTakePinOff } from "./queries";
import type { GrownUp } from "./use-grown-up";

const FORM_ID = "set-pin";

export interface PinSectionProps {
  profile: Profile;
  grownUp: GrownUp;
}

export function PinSection({ profile, grownUp }: PinSectionProps) {
  const text = useText();
  const showError = useErrorToast();
  const [isSetting, setIsSetting] = useState(false);
  const takingOff = useTakePinOff();
  const takeOff = async () => {
    try {
      const done = await grownUp.run(() => takingOff.mutateAsync(profile.id).then(() => true));
      if (done === true) showToast(text.profiles.editor.pinRemoved);
    } catch (error) {
      showError(error);
    }
  };
  const { editor } = text.profiles;
  const Mark = profile.has_pin ? Lock : LockOpen;
  return (
    <Card className="flex flex-wrap items-center justify-between gap-4 p-5 sm:p-7">
      <div className="flex min-w-0 flex-1 basis-72 items-start gap-3">
        <Mark aria-hidden size={20} className="mt-1 shrink-0 text-accent-text" />
        <div>
          <h2 className="text-xl font-bold">{editor.pin}</h2>
          <p className="text-muted">{profile.has_pin ? editor.pinOn : editor.pinOff}</p>
        </div>
      </div>
      <div className="flex flex-wrap gap-3">
        {profile.has_pin && (
          <Button variant="quiet" isBusy={takingOff.isPending} onClick={() => void takeOff()}>
            {editor.removePin}
          </Button>
        )}
        <Button onClick={() => setIsSetting(true)}>
          {profile.has_pin ? editor.changePin : editor.setPin}
        </Button>
      </div>
      {isSetting && (
        <PinDialog profile={profile} grownUp={grownUp} onClose={() => setIsSetting(false)} />
      )}
    </Card>
  );
}

function PinDialog({ profile, grownUp, onClose }: PinSectionProps & { onClose: () => void }) {
  const text = useText();
  const { editor } = text.profiles;
  const setPin = useSetPin();
  const [differs, setDiffers] = useState(false);
  const saving = useMutation({
    mutationFn: ({ old, pin }: { old: string; pin: string }) => {
      const own = profile.has_pin ? { profile_id: profile.id, pin: old } : undefined;
      return grownUp.run((shown) => {
        const proof = shown ?? own;
        return setPin.mutateAsync({ id: profile.id, pin, ...(proof && { proof }) });
      }, true);
    },
    onSuccess: (saved) => {
      if (saved === undefined) return;
      showToast(editor.pinSet);
      onClose();
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    const isSame = read("pin") === read("repeated");
    setDiffers(!isSame);
    if (isSame) saving.mutate({ old: read("old"), pin: read("pin") });
  };
  const { old, pin, other } = placed(saving.error);
  const sentence = (error: unknown) => (error === null ? undefined : sentenceOf(error, text));
  const isNumber = { type: "password", inputMode: "numeric", autoComplete: "off" } as const;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={profile.has_pin ? editor.changePin : editor.setPin}
      description={editor.newPinHint}
      closeLabel={text.common.close}
      className="max-w-md"
    >
      {other !== null && <Notice tone="danger">{sentence(other)}</Notice>}
      <form id={FORM_ID} onSubmit={submit} className="grid gap-5">
        {profile.has_pin && (
          <Field label={editor.oldPin} name="old" {...isNumber} required error={sentence(old)} />
        )}
        <Field
          label={editor.newPin}
          name="pin"
          {...isNumber}
          maxLength={PIN_LIMIT}
          required
          error={pin}
        />
        <Field
          label={editor.repeatPin}
          name="repeated"
          {...isNumber}
          maxLength={PIN_LIMIT}
          required
          error={differs ? editor.pinsDiffer : undefined}
        />
      </form>
      <DialogActions>
        <Button variant="quiet" onClick={onClose}>
          {text.common.cancel}
        </Button>
        <Button type="submit" form={FORM_ID} variant="primary" isBusy={saving.isPending}>
          {text.common.save}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** Beside which field a refusal stands. */
function placed(error: unknown): { old: unknown; pin: string | undefined; other: unknown } {
  const pin = fieldErrors(error)["pin"];
  if (error === null || pin !== undefined) return { old: null, pin, other: null };
  const isOfOld = error instanceof ApiProblem && error.code.startsWith("profiles.pin_");
  return { old: isOfOld ? error : null, pin: undefined, other: isOfOld ? null : error };
}
