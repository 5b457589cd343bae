import { Badge, Button } from "@streamverse/ui";
import { Check, Film } from "lucide-react";

import { useText } from "../../app/i18n";
import { type MatchCandidate, pictureOf } from "./queries";

/** Entries side by side, each with its poster and what tells it from the others. */
export function Candidates({
  label,
  candidates,
  isBusy,
  onChoose,
}: {
  label: string;
  candidates: readonly MatchCandidate[];
  isBusy: boolean;
  onChoose: (candidate: MatchCandidate) => void;
}) {
  const { matching } = useText();
  return (
    <ul
      aria-label={label}
      className="grid grid-cols-[repeat(auto-fill,minmax(min(19rem,100%),1fr))] gap-4"
    >
      {candidates.map((candidate) => (
        <li
          key={`${candidate.source}:${candidate.number}`}
          className="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-4 rounded-2xl border border-line p-3"
        >
          <Picture candidate={candidate} />
          <div className="grid content-start gap-1">
            <p className="font-semibold wrap-anywhere">
              {candidate.name}{" "}
              {candidate.year !== null && (
                <span className="font-normal text-muted">({candidate.year})</span>
              )}{" "}
              <Badge>{matching.sources[candidate.source]}</Badge>
            </p>
            {candidate.original_name !== null && (
              <p className="text-sm text-muted wrap-anywhere" dir="auto">
                {candidate.original_name}
              </p>
            )}
            <p className="line-clamp-4 text-sm text-muted wrap-anywhere">
              {candidate.overview || matching.noOverview}
            </p>
            <Button
              size="sm"
              className="mt-2 justify-self-start"
              icon={<Check aria-hidden size={16} />}
              aria-label={matching.thisOneNamed(candidate.name, candidate.year)}
              disabled={isBusy}
              onClick={() => onChoose(candidate)}
            >
              {matching.thisOne}
            </Button>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Picture({ candidate }: { candidate: MatchCandidate }) {
  const url = pictureOf(candidate);
  return (
    <div className="grid aspect-2/3 place-items-center overflow-hidden rounded-xl bg-hover text-muted">
      {url === null ? (
        <Film aria-hidden size={28} />
      ) : (
        <img src={url} alt="" loading="lazy" className="size-full object-cover" />
      )}
    </div>
  );
}
