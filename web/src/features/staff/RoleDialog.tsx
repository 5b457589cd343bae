import type { Account, Role } from "@streamverse/client";
import { Button, Dialog, DialogActions, Notice, showToast } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { sentenceOf } from "../../app/api";
import { fieldErrors, hasFieldErrors } from "../../app/forms";
import { useText } from "../../app/i18n";
import { PermissionList } from "./PermissionList";
import { permissionsQuery, useChangeStaff } from "./queries";
import { RoleList } from "./RoleList";

export interface RoleDialogProps {
  account: Account;
  /** What they may do beside their role at present. */
  extras: readonly string[];
  onClose: () => void;
}

export function RoleDialog({ account, extras, onClose }: RoleDialogProps) {
  const text = useText();
  const known = useQuery(permissionsQuery);
  const change = useChangeStaff();
  const [role, setRole] = useState<Role>(account.role);
  const [chosen, setChosen] = useState<readonly string[]>(extras);
  const included = known.data?.roles.find((each) => each.role === role)?.permissions ?? [];
  const open = (known.data?.permissions ?? []).filter((each) => !included.includes(each));
  const save = () =>
    change.mutate(
      { id: account.id, role, extra_permissions: open.filter((each) => chosen.includes(each)) },
      {
        onSuccess: () => {
          showToast(text.people.changed(account.display_name));
          onClose();
        },
      },
    );
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={text.people.change(account.display_name)}
      description={text.people.changeIntro}
      closeLabel={text.common.close}
    >
      {change.isError && !hasFieldErrors(change.error) && (
        <Notice tone="danger">{sentenceOf(change.error, text)}</Notice>
      )}
      <RoleList value={role} onChange={setRole} />
      {known.isSuccess &&
        (open.length === 0 ? (
          <p className="text-muted">{text.people.allIncluded}</p>
        ) : (
          <PermissionList
            label={text.people.extras}
            permissions={open}
            chosen={chosen}
            onChange={setChosen}
            error={fieldErrors(change.error)["extra_permissions"]}
          />
        ))}
      <DialogActions>
        <Button variant="quiet" onClick={onClose}>
          {text.common.cancel}
        </Button>
        <Button
          variant="primary"
          isBusy={change.isPending}
          disabled={!known.isSuccess || change.isPending}
          onClick={save}
        >
          {text.common.save}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
