import type { Account } from "@streamverse/client";
import {
  Badge,
  Button,
  Card,
  ConfirmDialog,
  IconButton,
  showProblem,
  showToast,
  Skeleton,
} from "@streamverse/ui";
import { Trash2, UserPlus } from "lucide-react";
import { useState } from "react";

import { sentenceOf } from "../app/api";
import { Avatar } from "../app/Avatar";
import { formatDate } from "../app/format";
import { useText } from "../app/i18n";
import { OwnerOnlyScreen } from "../app/screens";
import { AddPersonDialog } from "../features/identity/AddPersonDialog";
import { useAccounts, useIsOwner, useMe, useRemoveAccount } from "../features/identity/queries";
import { PageHeading } from "../features/PageHeading";
import { ProblemNotice } from "../features/ProblemNotice";

export function PeoplePage() {
  return useIsOwner() ? <People /> : <OwnerOnlyScreen />;
}

function People() {
  const text = useText();
  const accounts = useAccounts();
  const [isAdding, setIsAdding] = useState(false);
  return (
    <div className="gutter mx-auto max-w-4xl">
      <PageHeading
        title={text.people.title}
        intro={text.people.intro}
        action={
          <Button
            variant="primary"
            icon={<UserPlus aria-hidden size={20} />}
            onClick={() => setIsAdding(true)}
          >
            {text.people.add}
          </Button>
        }
      />
      {accounts.isPending && <Skeleton className="h-20" />}
      {accounts.isError && (
        <ProblemNotice
          sentence={sentenceOf(accounts.error, text)}
          onRetry={() => void accounts.refetch()}
        />
      )}
      <ul className="grid gap-3">
        {accounts.data?.map((account) => (
          <li key={account.id}>
            <Person account={account} />
          </li>
        ))}
      </ul>
      {isAdding && <AddPersonDialog onClose={() => setIsAdding(false)} />}
    </div>
  );
}

function Person({ account }: { account: Account }) {
  const text = useText();
  const me = useMe();
  const [isAsking, setIsAsking] = useState(false);
  const removing = useRemoveAccount();
  const remove = () => {
    removing.mutate(account.id, {
      onSuccess: () => showToast(text.people.removed(account.display_name)),
      onError: (error) => showProblem(sentenceOf(error, text)),
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
            {account.id === me.id && <Badge tone="accent">{text.people.you}</Badge>}
          </p>
          <p className="text-sm wrap-anywhere text-muted">{account.email}</p>
        </div>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <Badge>{text.people.roles[account.role]}</Badge>
          <span className="text-sm text-muted">
            {text.people.since(formatDate(account.created_at))}
          </span>
        </div>
      </div>
      {account.id === me.id ? (
        <span className="w-11" />
      ) : (
        <IconButton
          label={text.people.remove(account.display_name)}
          onClick={() => setIsAsking(true)}
        >
          <Trash2 aria-hidden size={18} />
        </IconButton>
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
