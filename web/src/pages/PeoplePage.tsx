import { Button, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { MailPlus, UserPlus } from "lucide-react";
import { useState } from "react";

import { sentenceOf } from "../app/api";
import { useText } from "../app/i18n";
import { AddPersonDialog } from "../features/identity/AddPersonDialog";
import { useAccounts } from "../features/identity/queries";
import { PageHeading } from "../features/PageHeading";
import { ProblemNotice } from "../features/ProblemNotice";
import { InvitationList } from "../features/staff/InvitationList";
import { InviteDialog } from "../features/staff/InviteDialog";
import { Permitted } from "../features/staff/Permitted";
import { PersonCard } from "../features/staff/PersonCard";
import { staffQuery, useMay } from "../features/staff/queries";
import { ResetRequests } from "../features/staff/ResetRequests";

type Opened = "add" | "invite" | null;

export function PeoplePage() {
  return (
    <Permitted to="accounts.read">
      <People />
    </Permitted>
  );
}

function People() {
  const text = useText();
  const mayManage = useMay("accounts.manage") === true;
  const [opened, setOpened] = useState<Opened>(null);
  const close = () => setOpened(null);
  return (
    <div className="gutter mx-auto max-w-4xl">
      <PageHeading
        title={text.people.title}
        intro={text.people.intro}
        action={
          mayManage && (
            <div className="flex flex-wrap gap-3">
              <Button icon={<UserPlus aria-hidden size={20} />} onClick={() => setOpened("add")}>
                {text.people.add}
              </Button>
              <Button
                variant="primary"
                icon={<MailPlus aria-hidden size={20} />}
                onClick={() => setOpened("invite")}
              >
                {text.people.invitations.invite}
              </Button>
            </div>
          )
        }
      />
      <ResetRequests />
      <Accounts />
      {mayManage && (
        <section aria-labelledby="invitations" className="mt-12 grid gap-4">
          <h2 id="invitations" className="text-2xl font-bold">
            {text.people.invitations.title}
          </h2>
          <InvitationList />
        </section>
      )}
      {opened === "add" && <AddPersonDialog onClose={close} />}
      {opened === "invite" && <InviteDialog onClose={close} />}
    </div>
  );
}

function Accounts() {
  const text = useText();
  const accounts = useAccounts();
  const staff = useQuery(staffQuery);
  const extras = new Map(staff.data?.map((each) => [each.id, each.extra_permissions]));
  return (
    <>
      {accounts.isPending && <Skeleton className="h-20" />}
      {accounts.isError && (
        <ProblemNotice
          sentence={sentenceOf(accounts.error, text)}
          onRetry={() => void accounts.refetch()}
        />
      )}
      <ul aria-label={text.people.list} className="grid gap-3">
        {accounts.data?.map((account) => (
          <li key={account.id}>
            <PersonCard account={account} extras={extras.get(account.id) ?? []} />
          </li>
        ))}
      </ul>
    </>
  );
}
