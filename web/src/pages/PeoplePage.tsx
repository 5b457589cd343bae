import type { Account } from "@streamverse/client";
import { Button, Field, Skeleton } from "@streamverse/ui";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { MailPlus, UserPlus } from "lucide-react";
import { useDeferredValue, useState } from "react";

import { sentenceOf } from "../app/api";
import { useText } from "../app/i18n";
import { AddPersonDialog } from "../features/identity/AddPersonDialog";
import { accountPagesQuery, foundAccountsQuery } from "../features/identity/queries";
import { Listing } from "../features/Listing";
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
  const { people } = useText();
  const [words, setWords] = useState("");
  const asked = useDeferredValue(words.trim());
  return (
    <div className="grid gap-6">
      <Field
        label={people.find}
        type="search"
        value={words}
        maxLength={200}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      {asked === "" ? <All /> : <Found words={asked} />}
    </div>
  );
}

function All() {
  const { people } = useText();
  const accounts = useInfiniteQuery(accountPagesQuery);
  return (
    <Listing
      query={accounts}
      keyOf={(account) => account.id}
      label={people.list}
      empty={people.nobodyFound}
    >
      {(account) => <Person account={account} />}
    </Listing>
  );
}

function Found({ words }: { words: string }) {
  const text = useText();
  const { people } = text;
  const found = useQuery(foundAccountsQuery(words));
  if (found.isPending) return <Skeleton className="h-20" />;
  if (found.isError) {
    return (
      <ProblemNotice
        sentence={sentenceOf(found.error, text)}
        onRetry={() => void found.refetch()}
      />
    );
  }
  return (
    <>
      <p role="status" className={found.data.length > 0 ? "sr-only" : "text-muted"}>
        {found.data.length > 0 ? people.found(found.data.length) : people.nobodyFound}
      </p>
      <ul aria-label={people.list} className="grid gap-3">
        {found.data.map((account) => (
          <li key={account.id}>
            <Person account={account} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Person({ account }: { account: Account }) {
  const staff = useQuery(staffQuery);
  const extras = staff.data?.find(({ id }) => id === account.id)?.extra_permissions;
  return <PersonCard account={account} extras={extras ?? []} />;
}
