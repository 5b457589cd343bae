import type { Review } from "@streamverse/client";
import { Button, showToast } from "@streamverse/ui";
import { Flag, Gavel, ThumbsDown, ThumbsUp } from "lucide-react";
import { useState } from "react";

import { formatNumber } from "../../app/format";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { useMay } from "../staff/queries";
import { useDecision, useVote } from "./queries";
import { ReportDialog } from "./ReportDialog";
import { ReviewHead, ReviewText } from "./ReviewText";

/** What somebody else thinks, and what one can make of it. */
export function ReviewCard({ review }: { review: Review }) {
  const text = useText();
  const { social } = text;
  const [isReporting, setIsReporting] = useState(false);
  const mayModerate = useMay("moderation.manage") === true;
  return (
    <article className="grid gap-4 rounded-card border border-line bg-surface p-5">
      <ReviewHead review={review} />
      <ReviewText review={review} />
      <div className="flex flex-wrap items-center gap-2">
        <Votes review={review} />
        <span className="grow" />
        <Button
          size="sm"
          variant="quiet"
          icon={<Flag aria-hidden size={16} />}
          aria-label={review.is_reported ? undefined : social.reportOf(review.author.name)}
          disabled={review.is_reported}
          onClick={() => setIsReporting(true)}
        >
          {review.is_reported ? social.reported : social.report}
        </Button>
        {mayModerate && <TakeDown review={review} />}
      </div>
      {isReporting && <ReportDialog review={review} onClose={() => setIsReporting(false)} />}
    </article>
  );
}

function Votes({ review }: { review: Review }) {
  const text = useText();
  const showError = useErrorToast();
  const { social } = text;
  const vote = useVote(review.id);
  const choices = [
    ["helpful", social.helpful(formatNumber(review.helpful_count)), ThumbsUp],
    ["unhelpful", social.unhelpful(formatNumber(review.unhelpful_count)), ThumbsDown],
  ] as const;
  return (
    <div
      role="group"
      aria-label={social.votes(review.author.name)}
      className="flex flex-wrap gap-2"
    >
      {choices.map(([choice, label, Icon]) => {
        const isChosen = review.own_vote === choice;
        return (
          <Button
            key={choice}
            size="sm"
            aria-pressed={isChosen}
            icon={<Icon aria-hidden size={16} fill={isChosen ? "currentColor" : "none"} />}
            isBusy={vote.isPending && vote.variables === choice}
            onClick={() =>
              vote.mutate(isChosen ? null : choice, {
                onError: showError,
              })
            }
          >
            {label}
          </Button>
        );
      })}
    </div>
  );
}

function TakeDown({ review }: { review: Review }) {
  const text = useText();
  const showError = useErrorToast();
  const decide = useDecision(review.id);
  return (
    <Button
      size="sm"
      variant="quiet"
      icon={<Gavel aria-hidden size={16} />}
      isBusy={decide.isPending}
      onClick={() =>
        decide.mutate("remove", {
          onSuccess: () => showToast(text.social.takenDownToast),
          onError: showError,
        })
      }
    >
      {text.social.takeDown}
    </Button>
  );
}
