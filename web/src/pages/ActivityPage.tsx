import { EmptyState, Select } from "@streamverse/ui";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { DoorOpen } from "lucide-react";
import { useState } from "react";

import { useText } from "../app/i18n";
import { ActivityEntry } from "../features/activity/ActivityEntry";
import { staffActivityQuery } from "../features/activity/queries";
import { accountsQuery } from "../features/identity/queries";
import { Listing } from "../features/Listing";
import { PageHeading } from "../features/PageHeading";
import { Permitted } from "../features/staff/Permitted";
import { useMay } from "../features/staff/queries";

export function ActivityPage() {
  return (
    <Permitted to="audit.read">
      <Everybodys />
    </Permitted>
  );
}

function Everybodys() {
  const text = useText();
  const { staffActivity: words } = text;
  const [filters, setFilters] = useState({ kind: "", accountId: "" });
  const mayRead = useMay("accounts.read") === true;
  const accounts = useQuery({ ...accountsQuery, enabled: mayRead }).data ?? [];
  const names = new Map(accounts.map(({ id, display_name }) => [id, display_name]));
  const whose = (id: string | null) =>
    id === null ? words.nobody : (names.get(id) ?? words.someone);
  return (
    <div className="gutter mx-auto max-w-4xl">
      <PageHeading title={words.title} intro={words.intro} />
      <form role="search" className="mb-6 grid gap-4 sm:grid-cols-2">
        <Select
          label={words.kind}
          value={filters.kind}
          onChange={(event) => setFilters({ ...filters, kind: event.currentTarget.value })}
        >
          <option value="">{words.everything}</option>
          {Object.entries(text.security.activity.kinds).map(([kind, name]) => (
            <option key={kind} value={kind}>
              {name}
            </option>
          ))}
        </Select>
        <Select
          label={words.who}
          value={filters.accountId}
          onChange={(event) => setFilters({ ...filters, accountId: event.currentTarget.value })}
        >
          <option value="">{words.everyone}</option>
          {accounts.map(({ id, display_name }) => (
            <option key={id} value={id}>
              {display_name}
            </option>
          ))}
        </Select>
      </form>
      <Listing
        query={useInfiniteQuery(staffActivityQuery(filters))}
        keyOf={({ id }) => id}
        label={words.title}
        empty={
          <EmptyState icon={<DoorOpen aria-hidden size={36} />} title={words.emptyTitle}>
            {words.emptyBody}
          </EmptyState>
        }
      >
        {(activity) => <ActivityEntry activity={activity} who={whose(activity.account_id)} />}
      </Listing>
    </div>
  );
}
