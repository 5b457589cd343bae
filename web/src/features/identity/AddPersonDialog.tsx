import { Button, Dialog, DialogActions, Field, Notice, Select, showToast } from "@streamverse/ui";
import type { SubmitEvent } from "react";

import { sentenceOf } from "../../app/api";
import { fieldErrors, hasFieldErrors, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { ROLES } from "../staff/RoleList";
import { useAddAccount } from "./queries";

const FORM_ID = "add-person";

export function AddPersonDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const add = useAddAccount();
  const errors = fieldErrors(add.error);

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    const role = ROLES.find((each) => each === read("role")) ?? "viewer";
    add.mutate(
      {
        display_name: read("display_name"),
        email: read("email"),
        password: read("password"),
        role,
      },
      {
        onSuccess: (account) => {
          onClose();
          showToast(text.people.added(account.display_name));
        },
      },
    );
  };

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={text.people.add}
      description={text.people.addIntro}
      closeLabel={text.common.close}
    >
      {add.isError && !hasFieldErrors(add.error) && (
        <Notice tone="danger">{sentenceOf(add.error, text)}</Notice>
      )}
      <form id={FORM_ID} onSubmit={submit} className="grid gap-5">
        <Field
          label={text.people.name}
          name="display_name"
          autoComplete="off"
          required
          error={errors["display_name"]}
        />
        <Field
          label={text.people.email}
          name="email"
          type="email"
          autoComplete="off"
          required
          error={errors["email"]}
        />
        <Field
          label={text.people.password}
          hint={text.people.passwordHint}
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={8}
          required
          error={errors["password"]}
        />
        <Select label={text.people.role} name="role" defaultValue="viewer" error={errors["role"]}>
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {text.people.roles[role]}: {text.people.roleHints[role]}
            </option>
          ))}
        </Select>
      </form>
      <DialogActions>
        <Button variant="quiet" onClick={onClose}>
          {text.common.cancel}
        </Button>
        <Button type="submit" form={FORM_ID} variant="primary" isBusy={add.isPending}>
          {text.people.add}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
