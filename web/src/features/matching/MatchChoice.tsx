import { Button, Field, Notice, showToast, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Search, X } from "lucide-react";
import { type SubmitEvent, useState } from "react";

import { sentenceOf } from "../../app/api";
import { readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { Candidates } from "./Candidates";
import {
  candidatesQuery,
  type Decision,
  type MatchCandidate,
  type TitleMatch,
  useDecideMatch,
} from "./queries";

interface Wanted {
  name: string;
  year: number | null;
}

/** Say which entry a title is: one of those proposed, one found by hand, or none. */
export function MatchChoice({ match, onDecided }: { match: TitleMatch; onDecided?: () => void }) {
  const { matching } = useText();
  const showError = useErrorToast();
  const decide = useDecideMatch(match.title_id);
  const [isByHand, setIsByHand] = useState(
    match.candidates.length === 0 && match.state !== "matched",
  );
  const send = (decision: Decision, said: string) =>
    decide.mutate(decision, {
      onSuccess: () => {
        showToast(said);
        onDecided?.();
      },
      onError: showError,
    });
  const choose = (candidate: MatchCandidate) =>
    send(
      { type: "chosen", source: candidate.source, number: candidate.number },
      matching.chosen(candidate.name),
    );
  return (
    <div className="grid gap-4">
      {match.candidates.length > 0 && (
        <Candidates
          label={matching.candidatesOf(match.name)}
          candidates={match.candidates}
          isBusy={decide.isPending}
          onChoose={choose}
        />
      )}
      <div className="flex flex-wrap gap-2">
        {!isByHand && (
          <Button
            size="sm"
            icon={<Search aria-hidden size={16} />}
            aria-label={matching.byHandFor(match.name)}
            onClick={() => setIsByHand(true)}
          >
            {matching.byHand}
          </Button>
        )}
        {match.state !== "set_aside" && (
          <Button
            size="sm"
            variant="quiet"
            icon={<X aria-hidden size={16} />}
            aria-label={matching.noneOfTheseFor(match.name)}
            disabled={decide.isPending}
            onClick={() => send({ type: "none" }, matching.setAside(match.name))}
          >
            {matching.noneOfThese}
          </Button>
        )}
      </div>
      {isByHand && <ByHand match={match} isBusy={decide.isPending} onChoose={choose} />}
    </div>
  );
}

function ByHand({
  match,
  isBusy,
  onChoose,
}: {
  match: TitleMatch;
  isBusy: boolean;
  onChoose: (candidate: MatchCandidate) => void;
}) {
  const { matching } = useText();
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    setWanted({ name: read("name"), year: read("year") === "" ? null : Number(read("year")) });
  };
  return (
    <div className="grid gap-4">
      <form
        aria-label={matching.byHandFor(match.name)}
        onSubmit={submit}
        className="grid items-end gap-3 sm:grid-cols-[minmax(0,1fr)_8rem_auto]"
      >
        <Field
          label={matching.searchName}
          name="name"
          type="search"
          defaultValue={match.name}
          // Whoever has pressed "Search by hand" goes on here.
          autoFocus={match.candidates.length > 0 || match.state === "matched"}
          maxLength={200}
          required
        />
        <Field
          label={matching.searchYear}
          name="year"
          type="number"
          min={1870}
          max={2200}
          defaultValue={match.year ?? ""}
        />
        <Button type="submit" icon={<Search aria-hidden size={18} />}>
          {matching.searchSubmit}
        </Button>
      </form>
      {wanted !== null && (
        <Results match={match} wanted={wanted} isBusy={isBusy} onChoose={onChoose} />
      )}
    </div>
  );
}

function Results({
  match,
  wanted,
  isBusy,
  onChoose,
}: {
  match: TitleMatch;
  wanted: Wanted;
  isBusy: boolean;
  onChoose: (candidate: MatchCandidate) => void;
}) {
  const text = useText();
  const { matching } = text;
  const found = useQuery(candidatesQuery(match.title_id, wanted));
  if (found.isPending) return <Skeleton className="h-36" />;
  if (found.isError) return <Notice tone="danger">{sentenceOf(found.error, text)}</Notice>;
  if (found.data.length === 0) return <Notice>{matching.nothingFound}</Notice>;
  return (
    <Candidates
      label={matching.candidatesOf(wanted.name)}
      candidates={found.data}
      isBusy={isBusy}
      onChoose={onChoose}
    />
  );
}
