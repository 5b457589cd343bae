import type { LiveTarget } from "@streamverse/client";
import { Button, Dialog, DialogActions, Field, Notice, showToast } from "@streamverse/ui";
import { type SubmitEvent, useState } from "react";

import { placeProblem } from "../../app/forms";
import { useText } from "../../app/i18n";
import { type SaidOfTarget, useAddTarget, useChangeTarget } from "./target-queries";

const FORM_ID = "target";
const FRESH: SaidOfTarget = { name: "", address: "", key: "", passphrase: "" };

/** Send a stream on to one more service. */
export function AddTargetDialog(props: { streamId: string; onClose: () => void }) {
  const { restreams: words } = useText();
  const add = useAddTarget(props.streamId);
  const [said, setSaid] = useState(FRESH);
  return (
    <TargetDialog
      title={words.addTitle}
      intro={words.addIntro}
      action={words.add}
      said={said}
      onSay={setSaid}
      error={add.error}
      isBusy={add.isPending}
      isAddressNeeded
      onClose={props.onClose}
      onSend={() =>
        add.mutate(said, {
          onSuccess: ({ name }) => {
            showToast(words.added(name));
            props.onClose();
          },
        })
      }
    />
  );
}

/** Call a target otherwise, or send to another address; the old one is not shown. */
export function ChangeTargetDialog(props: {
  streamId: string;
  target: LiveTarget;
  onClose: () => void;
}) {
  const { restreams: words } = useText();
  const { target } = props;
  const change = useChangeTarget(props.streamId, target.id);
  const [said, setSaid] = useState<SaidOfTarget>({ ...FRESH, name: target.name });
  const { name, ...secrets } = said;
  const isMoved = Object.values(secrets).some((value) => value !== "");
  return (
    <TargetDialog
      title={words.changeTitle(target.name)}
      intro={words.changeIntro(words.where(target.server, target.key_end))}
      action={words.save}
      said={said}
      onSay={setSaid}
      error={change.error}
      isBusy={change.isPending}
      isAddressNeeded={isMoved}
      onClose={props.onClose}
      onSend={() =>
        change.mutate(isMoved ? said : { name }, {
          onSuccess: (changed) => {
            showToast(words.saved(changed.name));
            props.onClose();
          },
        })
      }
    />
  );
}

interface TargetDialogProps {
  title: string;
  intro: string;
  action: string;
  said: SaidOfTarget;
  onSay: (said: SaidOfTarget) => void;
  error: Error | null;
  isBusy: boolean;
  isAddressNeeded: boolean;
  onClose: () => void;
  onSend: () => void;
}

function TargetDialog(props: TargetDialogProps) {
  const text = useText();
  const { restreams: words } = text;
  const { said, onSay } = props;
  const problem = placeProblem(props.error, text);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    props.onSend();
  };
  return (
    <Dialog
      isOpen
      onClose={props.onClose}
      title={props.title}
      description={props.intro}
      closeLabel={text.common.close}
    >
      {problem.above !== null && <Notice tone="danger">{problem.above}</Notice>}
      <form id={FORM_ID} onSubmit={submit} className="grid gap-5">
        <Field
          label={words.name}
          hint={words.nameHint}
          autoComplete="off"
          maxLength={200}
          required
          value={said.name}
          onChange={(event) => onSay({ ...said, name: event.currentTarget.value })}
          error={problem.at["name"]}
        />
        <Field
          label={words.address}
          hint={words.addressHint}
          autoComplete="off"
          inputMode="url"
          spellCheck={false}
          maxLength={2000}
          required={props.isAddressNeeded}
          value={said.address}
          onChange={(event) => onSay({ ...said, address: event.currentTarget.value })}
          error={problem.at["address"]}
        />
        <Field
          label={words.key}
          hint={words.keyHint}
          type="password"
          autoComplete="off"
          maxLength={1000}
          value={said.key}
          onChange={(event) => onSay({ ...said, key: event.currentTarget.value })}
          error={problem.at["key"]}
        />
        <Field
          label={words.passphrase}
          hint={words.passphraseHint}
          type="password"
          autoComplete="off"
          maxLength={100}
          value={said.passphrase}
          onChange={(event) => onSay({ ...said, passphrase: event.currentTarget.value })}
          error={problem.at["passphrase"]}
        />
      </form>
      <DialogActions>
        <Button variant="quiet" onClick={props.onClose}>
          {text.common.cancel}
        </Button>
        <Button type="submit" form={FORM_ID} variant="primary" isBusy={props.isBusy}>
          {props.action}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
