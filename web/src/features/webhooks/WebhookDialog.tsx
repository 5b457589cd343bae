import type { Webhook } from "@streamverse/client";
import { Button, Checkbox, Dialog, DialogActions, Field, Notice } from "@streamverse/ui";
import { type SubmitEvent, useState } from "react";

import { type Placed, placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { CopyLine } from "../staff/CopyLine";
import { type NewWebhook, useAddWebhook, useChangeWebhook } from "./queries";

const FORM_ID = "webhook";

/** Add a webhook, and show its secret the one time that it can be shown. */
export function AddWebhookDialog({
  kinds,
  onClose,
}: {
  kinds: readonly string[];
  onClose: () => void;
}) {
  const text = useText();
  const { webhooks } = text;
  const add = useAddWebhook();
  const made = add.data;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={made ? webhooks.madeTitle : webhooks.add}
      description={made ? webhooks.madeBody : webhooks.addIntro}
      closeLabel={text.common.close}
    >
      {made ? (
        <>
          <CopyLine label={webhooks.secret} value={made.secret} />
          <DialogActions>
            <Button onClick={onClose}>{webhooks.done}</Button>
          </DialogActions>
        </>
      ) : (
        <WebhookForm
          kinds={kinds}
          problem={placeProblem(add.error, text)}
          isBusy={add.isPending}
          onSubmit={(said) => add.mutate(said)}
          onClose={onClose}
          submitLabel={webhooks.add}
        />
      )}
    </Dialog>
  );
}

export function ChangeWebhookDialog({
  webhook,
  kinds,
  onClose,
}: {
  webhook: Webhook;
  kinds: readonly string[];
  onClose: () => void;
}) {
  const text = useText();
  const change = useChangeWebhook(webhook.id);
  return (
    <Dialog isOpen onClose={onClose} title={text.webhooks.change} closeLabel={text.common.close}>
      <WebhookForm
        kinds={kinds}
        webhook={webhook}
        problem={placeProblem(change.error, text)}
        isBusy={change.isPending}
        onSubmit={(said) => change.mutate(said, { onSuccess: onClose })}
        onClose={onClose}
        submitLabel={text.common.save}
      />
    </Dialog>
  );
}

interface WebhookFormProps {
  kinds: readonly string[];
  webhook?: Webhook;
  problem: Placed;
  isBusy: boolean;
  onSubmit: (said: NewWebhook) => void;
  onClose: () => void;
  submitLabel: string;
}

function WebhookForm(props: WebhookFormProps) {
  const { kinds, webhook, problem, isBusy, onSubmit, onClose, submitLabel } = props;
  const text = useText();
  const { webhooks } = text;
  const [chosen, setChosen] = useState<readonly string[]>(webhook?.kinds ?? []);
  const toggle = (kind: string, isOn: boolean) =>
    setChosen(kinds.filter((each) => (each === kind ? isOn : chosen.includes(each))));
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    onSubmit({ url: read("url"), description: read("description"), kinds: [...chosen] });
  };
  return (
    <>
      {problem.above !== null && <Notice tone="danger">{problem.above}</Notice>}
      <form id={FORM_ID} onSubmit={submit} className="grid gap-5">
        <Field
          label={webhooks.url}
          hint={webhooks.urlHint}
          name="url"
          inputMode="url"
          autoComplete="off"
          spellCheck={false}
          defaultValue={webhook?.url}
          required
          error={problem.at["url"]}
        />
        <Field
          label={webhooks.description}
          name="description"
          autoComplete="off"
          maxLength={200}
          defaultValue={webhook?.description}
        />
        <fieldset>
          <legend className="mb-1 text-sm font-semibold">{webhooks.kinds}</legend>
          <div className="grid gap-x-6 sm:grid-cols-2">
            {kinds.map((kind) => (
              <Checkbox
                key={kind}
                label={webhooks.kindNames[kind] ?? kind}
                checked={chosen.includes(kind)}
                onChange={(event) => toggle(kind, event.currentTarget.checked)}
              />
            ))}
          </div>
          {problem.at["kinds"] !== undefined && (
            <p role="alert" className="text-sm font-medium text-danger-text">
              {problem.at["kinds"]}
            </p>
          )}
        </fieldset>
      </form>
      <DialogActions>
        <Button variant="quiet" onClick={onClose}>
          {text.common.cancel}
        </Button>
        <Button
          type="submit"
          form={FORM_ID}
          variant="primary"
          isBusy={isBusy}
          disabled={chosen.length === 0}
        >
          {submitLabel}
        </Button>
      </DialogActions>
    </>
  );
}
