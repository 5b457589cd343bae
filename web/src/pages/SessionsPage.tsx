import { Choice, EmptyState } from "@streamverse/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { MonitorPlay } from "lucide-react";
import { useState } from "react";

import { useText } from "../app/i18n";
import { Listing } from "../features/Listing";
import { PageHeading } from "../features/PageHeading";
import { QualityReport } from "../features/sessions/QualityReport";
import { sessionsQuery, type WhichSessions } from "../features/sessions/queries";
import { SessionCard } from "../features/sessions/SessionCard";
import { Permitted } from "../features/staff/Permitted";

const SHOWN: readonly WhichSessions[] = ["running", "past", "reported"];

export function SessionsPage() {
  return (
    <Permitted to="reports.read">
      <Sessions />
    </Permitted>
  );
}

function Sessions() {
  const words = useText().sessions;
  const [which, setWhich] = useState<WhichSessions>("running");
  const query = useInfiniteQuery(sessionsQuery(which));
  return (
    <div className="gutter mx-auto grid max-w-5xl gap-8 pb-16">
      <PageHeading title={words.title} intro={words.intro} />
      <div className="grid gap-4">
        <Choice
          label={words.which}
          value={which}
          onChange={setWhich}
          choices={SHOWN.map((one) => ({ value: one, label: words[one] }))}
        />
        <Listing
          query={query}
          keyOf={({ id }) => id}
          label={words[which]}
          empty={
            <EmptyState icon={<MonitorPlay aria-hidden size={36} />} title={words.empty[which]} />
          }
        >
          {(session) => <SessionCard session={session} />}
        </Listing>
      </div>
      <QualityReport />
    </div>
  );
}
