import { Choice, EmptyState } from "@streamverse/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { MonitorPlay } from "lucide-react";
import { useState } from "react";

import { useText } from "../app/i18n";
import { Listing } from "../features/Listing";
import { PageHeading } from "../features/PageHeading";
import { QualityReport } from "../features/sessions/QualityReport";
import { sessionsQuery } from "../features/sessions/queries";
import { SessionCard } from "../features/sessions/SessionCard";
import { Permitted } from "../features/staff/Permitted";

type Which = "running" | "past";

export function SessionsPage() {
  return (
    <Permitted to="reports.read">
      <Sessions />
    </Permitted>
  );
}

function Sessions() {
  const words = useText().sessions;
  const [which, setWhich] = useState<Which>("running");
  const query = useInfiniteQuery(sessionsQuery(which === "running"));
  return (
    <div className="gutter mx-auto grid max-w-5xl gap-8 pb-16">
      <PageHeading title={words.title} intro={words.intro} />
      <div className="grid gap-4">
        <Choice
          label={words.which}
          value={which}
          onChange={setWhich}
          choices={[
            { value: "running", label: words.running },
            { value: "past", label: words.past },
          ]}
        />
        <Listing
          query={query}
          keyOf={({ id }) => id}
          label={which === "running" ? words.running : words.past}
          empty={
            <EmptyState
              icon={<MonitorPlay aria-hidden size={36} />}
              title={which === "running" ? words.emptyRunning : words.emptyPast}
            />
          }
        >
          {(session) => <SessionCard session={session} />}
        </Listing>
      </div>
      <QualityReport />
    </div>
  );
}
