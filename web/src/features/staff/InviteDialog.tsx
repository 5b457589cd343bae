import { Button, Dialog, DialogActions, Field, Notice, Select, showToast } from "@streamverse/ui";
import type { SubmitEvent } from "react";

import { ApiProblem } from "@streamverse/client";
import { sentenceOf } from "../../app/api";
import { fieldErrors, hasFieldErrors, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { useInvite } from "./queries";
import { ROLES } from "./RoleList";

const FORM_ID = "invite";
const LANGUAGES = ["en", "de", "ar"] as const;

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const { invitations } = text.people;
  const invite = useInvite();
  const isTaken =
    invite.error instanceof ApiProblem && invite.error.code === "identity.email_taken";
  const errors = isTaken ? { email: sentenceOf(invite.error, text) } : fieldErrors(invite.error);

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    invite.mutate(
      {
        email: read("email"),
        role: ROLES.find((role) => role === read("role")) ?? "viewer",
        locale: read("locale"),
      },
      {
        onSuccess: ({ email }) => {
          showToast(invitations.sent(email));
          onClose();
        },
      },
    );
  };

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={invitations.invite}
      description={invitations.intro}
      closeLabel={text.common.close}
    >
      {invite.isError && !isTaken && !hasFieldErrors(invite.error) && (
        <Notice tone="danger">{sentenceOf(invite.error, text)}</Notice>
      )}
      <form id={FORM_ID} onSubmit={submit} className="grid gap-5">
        <Field
          label={text.people.email}
          name="email"
          type="email"
          autoComplete="off"
          required
          error={errors["email"]}
        />
        <Select label={text.people.role} name="role" defaultValue="viewer" error={errors["role"]}>
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {text.people.roles[role]}: {text.people.roleHints[role]}
            </option>
          ))}
        </Select>
        <Select
          label={invitations.language}
          name="locale"
          defaultValue="en"
          error={errors["locale"]}
        >
          {LANGUAGES.map((language) => (
            <option key={language} value={language} lang={language}>
              {invitations.languages[language]}
            </option>
          ))}
        </Select>
      </form>
      <DialogActions>
        <Button variant="quiet" onClick={onClose}>
          {text.common.cancel}
        </Button>
        <Button type="submit" form={FORM_ID} variant="primary" isBusy={invite.isPending}>
          {invitations.send}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
