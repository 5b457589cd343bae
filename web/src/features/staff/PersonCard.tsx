import type { Account } from "@streamverse/client";
import { Badge, Card, ConfirmDialog, IconButton, showToast } from "@streamverse/ui";
import { BadgeCheck, ShieldCheck, Trash2 } from "lucide-react";
import { useState } from "react";

import { Avatar } from "../../app/Avatar";
import { formatDate } from "../../app/format";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { PersonPlanDialog } from "../billing/PersonPlanDialog";
import { useMe, useRemoveAccount } from "../identity/queries";
import { useMay } from "./queries";
import { RoleDialog } from "./RoleDialog";

export interface PersonCardProps {
  account: Account;
  /** What they may do beside their role. */
  extras: readonly string[];
}

export function PersonCard({ account, extras }: PersonCardProps) {
  const text = useText();
  const showError = useErrorToast();
  const isMe = useMe().id === account.id;
  const mayManage = useMay("accounts.manage") === true;
  const mayGiveRoles = useMay("roles.manage") === true;
  const mayPlan = useMay("plans.manage") === true;
  const [isPlanning, setIsPlanning] = useState(false);
  const [isChanging, setIsChanging] = useState(false);
  const [isAsking, setIsAsking] = useState(false);
  const removing = useRemoveAccount();
  const remove = () => {
    removing.mutate(account.id, {
      onSuccess: () => showToast(text.people.removed(account.display_name)),
      onError: showError,
      onSettled: () => setIsAsking(false),
    });
  };
  return (
    <Card className="flex items-center gap-4">
      <Avatar name={account.display_name} />
      <div className="flex min-w-0 flex-1 flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <div className="min-w-0">
          <p className="flex flex-wrap items-center gap-2 font-semibold wrap-anywhere">
            {account.display_name}
            {isMe && <Badge tone="accent">{text.people.you}</Badge>}
          </p>
          <p className="text-sm wrap-anywhere text-muted">{account.email}</p>
        </div>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Badge>{text.people.roles[account.role]}</Badge>
          {extras.length > 0 && <Badge tone="accent">{text.people.extra(extras.length)}</Badge>}
          <span className="text-sm text-muted">
            {text.people.since(formatDate(account.created_at))}
          </span>
        </div>
      </div>
      <div className="flex w-11 flex-col justify-end sm:w-33 sm:flex-row">
        {mayPlan && (
          <IconButton
            label={text.plans.person.change(account.display_name)}
            onClick={() => setIsPlanning(true)}
          >
            <BadgeCheck aria-hidden size={18} />
          </IconButton>
        )}
        {!isMe && mayGiveRoles && (
          <IconButton
            label={text.people.change(account.display_name)}
            onClick={() => setIsChanging(true)}
          >
            <ShieldCheck aria-hidden size={18} />
          </IconButton>
        )}
        {!isMe && mayManage && (
          <IconButton
            label={text.people.remove(account.display_name)}
            onClick={() => setIsAsking(true)}
          >
            <Trash2 aria-hidden size={18} />
          </IconButton>
        )}
      </div>
      {isPlanning && <PersonPlanDialog account={account} onClose={() => setIsPlanning(false)} />}
      {isChanging && (
        <RoleDialog account={account} extras={extras} onClose={() => setIsChanging(false)} />
      )}
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={text.people.removeTitle(account.display_name)}
        description={text.people.removeBody}
        confirmLabel={text.people.removeConfirm}
        cancelLabel={text.common.cancel}
        closeLabel={text.common.close}
        isBusy={removing.isPending}
        onConfirm={remove}
      />
    </Card>
  );
}
