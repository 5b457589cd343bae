import {
  Badge,
  Button,
  ConfirmDialog,
  Dialog,
  DialogActions,
  Field,
  IconButton,
  Notice,
  showToast,
  Skeleton,
} from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Fingerprint, Pencil, Trash2 } from "lucide-react";
import { type SubmitEvent, useState } from "react";

import { formatAge, formatDate } from "../../app/format";
import { fieldErrors, hasFieldErrors, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { passkeySentence } from "../identity/passkey-sentence";
import { canUsePasskeys } from "../identity/webauthn";
import { Failed } from "../Listing";
import { acts, type Passkey, passkeysQuery, useAct } from "./queries";
import { Row, Section } from "./Section";

const FORM_ID = "name-passkey";

export function PasskeysSection() {
  const text = useText();
  const words = text.security.passkeys;
  const passkeys = useQuery(passkeysQuery);
  const [isAdding, setIsAdding] = useState(false);
  const add = useAct(acts.addPasskey);
  return (
    <Section id="passkeys" title={words.title} body={words.body}>
      {passkeys.isPending && <Skeleton className="h-20" />}
      {passkeys.isError && (
        <Failed error={passkeys.error} onRetry={() => void passkeys.refetch()} />
      )}
      {passkeys.data?.items.length === 0 && <p className="text-muted">{words.none}</p>}
      {passkeys.data !== undefined && passkeys.data.items.length > 0 && (
        <ul className="grid gap-3">
          {passkeys.data.items.map((passkey) => (
            <li key={passkey.id}>
              <PasskeyRow passkey={passkey} />
            </li>
          ))}
        </ul>
      )}
      {canUsePasskeys() ? (
        <Button className="justify-self-start" onClick={() => setIsAdding(true)}>
          {words.add}
        </Button>
      ) : (
        <p className="text-sm text-muted">{words.unsupported}</p>
      )}
      {isAdding && (
        <NameDialog
          title={words.addTitle}
          intro={words.addIntro}
          submitLabel={words.goOn}
          name=""
          act={add}
          onClose={() => setIsAdding(false)}
          onName={(name) =>
            add.mutate(name, {
              onSuccess: (passkey) => {
                setIsAdding(false);
                showToast(words.added(passkey.name));
              },
            })
          }
        />
      )}
    </Section>
  );
}

function PasskeyRow({ passkey }: { passkey: Passkey }) {
  const text = useText();
  const showError = useErrorToast();
  const words = text.security.passkeys;
  const [doing, setDoing] = useState<"renaming" | "removing" | null>(null);
  const rename = useAct(acts.renamePasskey);
  const remove = useAct(acts.removePasskey);
  const close = () => setDoing(null);
  const lastUsed =
    passkey.last_used_at === null
      ? words.neverUsed
      : words.lastUsed(formatAge(passkey.last_used_at));
  return (
    <Row
      icon={<Fingerprint aria-hidden size={22} />}
      title={passkey.name}
      badge={passkey.is_synced && <Badge>{words.synced}</Badge>}
      action={
        <div className="flex">
          <IconButton
            label={words.renameOf(passkey.name)}
            onClick={() => {
              rename.reset();
              setDoing("renaming");
            }}
          >
            <Pencil aria-hidden size={18} />
          </IconButton>
          <IconButton label={words.remove(passkey.name)} onClick={() => setDoing("removing")}>
            <Trash2 aria-hidden size={18} />
          </IconButton>
        </div>
      }
    >
      {words.addedOn(formatDate(passkey.created_at))}, {lastUsed}
      {doing === "renaming" && (
        <NameDialog
          title={words.renameTitle}
          submitLabel={text.common.save}
          name={passkey.name}
          act={rename}
          onClose={close}
          onName={(name) => rename.mutate({ id: passkey.id, name }, { onSuccess: close })}
        />
      )}
      <ConfirmDialog
        isOpen={doing === "removing"}
        onClose={close}
        title={words.removeTitle(passkey.name)}
        description={words.removeBody}
        confirmLabel={words.removeConfirm}
        cancelLabel={text.common.cancel}
        closeLabel={text.common.close}
        isBusy={remove.isPending}
        onConfirm={() =>
          remove.mutate(passkey.id, {
            onSuccess: () => showToast(words.removed(passkey.name)),
            onError: showError,
            onSettled: close,
          })
        }
      />
    </Row>
  );
}

interface NameDialogProps {
  title: string;
  intro?: string;
  submitLabel: string;
  name: string;
  act: { isPending: boolean; isError: boolean; error: Error | null };
  onClose: () => void;
  onName: (name: string) => void;
}

function NameDialog({ title, intro, submitLabel, name, act, onClose, onName }: NameDialogProps) {
  const text = useText();
  const submit = (event: SubmitEvent<HTMLFormElement>) => onName(readForm(event)("name"));
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      description={intro}
      closeLabel={text.common.close}
    >
      {act.isError && !hasFieldErrors(act.error) && (
        <Notice tone="danger">{passkeySentence(act.error, text)}</Notice>
      )}
      <form id={FORM_ID} onSubmit={submit}>
        <Field
          label={text.security.passkeys.name}
          name="name"
          placeholder={text.security.passkeys.nameExample}
          defaultValue={name}
          autoComplete="off"
          maxLength={64}
          required
          error={fieldErrors(act.error)["name"]}
        />
      </form>
      <DialogActions>
        <Button variant="quiet" onClick={onClose}>
          {text.common.cancel}
        </Button>
        <Button type="submit" form={FORM_ID} variant="primary" isBusy={act.isPending}>
          {submitLabel}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
