import { Badge, Card, Choice, EmptyState, Notice } from "@streamverse/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Film, KeyRound, ScanSearch } from "lucide-react";
import { useState } from "react";

import { useText } from "../app/i18n";
import { Listing } from "../features/Listing";
import { Attribution } from "../features/matching/Attribution";
import { MatchChoice } from "../features/matching/MatchChoice";
import { matchesQuery, type MatchState, type TitleMatch } from "../features/matching/queries";
import { PageHeading } from "../features/PageHeading";
import { Permitted } from "../features/staff/Permitted";

const SHOWN: readonly MatchState[] = ["unsure", "unknown", "set_aside", "matched"];

export function MatchesPage() {
  return (
    <Permitted to="titles.edit">
      <Matches />
    </Permitted>
  );
}

function Matches() {
  const { matching } = useText();
  const [which, setWhich] = useState<MatchState>("unsure");
  const query = useInfiniteQuery(matchesQuery(which));
  const first = query.data?.pages[0];
  const counts = first?.counts ?? {};
  return (
    <div className="gutter mx-auto grid max-w-5xl gap-6">
      <PageHeading title={matching.title} intro={matching.intro} />
      {first?.sources.length === 0 ? (
        <EmptyState icon={<KeyRound aria-hidden size={36} />} title={matching.notSetUpTitle}>
          {matching.notSetUp}
        </EmptyState>
      ) : (
        <>
          {first?.problem != null && <Notice tone="danger">{first.problem.detail}</Notice>}
          <Choice
            label={matching.which}
            value={which}
            onChange={setWhich}
            choices={SHOWN.map((state) => ({
              value: state,
              label: matching.stateCount(matching.states[state], counts[state] ?? 0),
            }))}
          />
          <Listing
            query={query}
            keyOf={(match) => match.title_id}
            label={matching.label}
            className="grid gap-4"
            empty={
              <EmptyState
                icon={<ScanSearch aria-hidden size={36} />}
                title={matching.emptyTitle[which]}
              >
                {matching.emptyBody[which]}
              </EmptyState>
            }
          >
            {(match) => <MatchCard match={match} />}
          </Listing>
          {first?.sources.map((source) => (
            <Attribution key={source} source={source} />
          ))}
        </>
      )}
    </div>
  );
}

function MatchCard({ match }: { match: TitleMatch }) {
  const { matching } = useText();
  return (
    <Card className="grid gap-4">
      <div className="flex gap-4">
        <div className="grid aspect-video w-28 shrink-0 place-items-center self-start overflow-hidden rounded-xl bg-hover text-muted sm:w-36">
          {match.poster_url === null ? (
            <Film aria-hidden size={28} />
          ) : (
            <img src={match.poster_url} alt="" loading="lazy" className="size-full object-cover" />
          )}
        </div>
        <div className="grid min-w-0 content-start gap-1">
          <h2 className="flex flex-wrap items-center gap-2 text-lg font-semibold wrap-anywhere">
            <Link to="/titles/$id/edit" params={{ id: match.title_id }} className="link">
              {match.name}
            </Link>
            {match.year !== null && <span className="font-normal">({match.year})</span>}
            <Badge>{matching.kinds[match.kind]}</Badge>
          </h2>
          <p className="text-sm text-muted wrap-anywhere" dir="auto">
            {match.file === null ? matching.noFile : matching.file(match.file)}
          </p>
        </div>
      </div>
      <MatchChoice match={match} />
    </Card>
  );
}
