import type { ReportedReview } from "@streamverse/client";
import { Badge, Button, EmptyState, showToast } from "@streamverse/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, Flag, Gavel } from "lucide-react";

import { formatAge } from "../app/format";
import { useText } from "../app/i18n";
import { useErrorToast } from "../app/use-error-toast";
import { Listing } from "../features/Listing";
import { PageHeading } from "../features/PageHeading";
import { reportedQuery, useDecision } from "../features/social/queries";
import { ReviewHead, ReviewText } from "../features/social/ReviewText";
import { Permitted } from "../features/staff/Permitted";

export function AdminReviewsPage() {
  return (
    <Permitted to="moderation.manage">
      <ReportedReviews />
    </Permitted>
  );
}

function ReportedReviews() {
  const { moderation } = useText();
  const query = useInfiniteQuery(reportedQuery);
  return (
    <div className="gutter mx-auto max-w-4xl">
      <PageHeading title={moderation.title} intro={moderation.intro} />
      <Listing
        query={query}
        keyOf={({ review }) => review.id}
        label={moderation.list}
        empty={
          <EmptyState icon={<Flag aria-hidden size={36} />} title={moderation.emptyTitle}>
            {moderation.emptyBody}
          </EmptyState>
        }
      >
        {(reported) => <Reported reported={reported} />}
      </Listing>
    </div>
  );
}

function Reported({ reported }: { reported: ReportedReview }) {
  const { moderation, social } = useText();
  const { review, reports, title_name: name } = reported;
  return (
    <article className="grid gap-4 rounded-card border border-line bg-surface p-5">
      <p>
        {moderation.of}{" "}
        <Link to="/titles/$id" params={{ id: review.title_id }} className="link">
          {name}
        </Link>
      </p>
      <ReviewHead review={review} />
      <ReviewText review={review} isOpen />
      <div className="grid gap-2 border-t border-line pt-4">
        <h2 className="text-sm font-semibold">{moderation.reports}</h2>
        <ul className="grid gap-2">
          {reports.map((report) => (
            <li
              key={`${report.reported_at} ${report.reason} ${report.comment}`}
              className="flex flex-wrap items-center gap-x-3 gap-y-1"
            >
              <Badge tone="danger">{social.reasons[report.reason]}</Badge>
              <span className="wrap-anywhere">{report.comment}</span>
              <span className="text-sm text-muted">{formatAge(report.reported_at)}</span>
            </li>
          ))}
        </ul>
      </div>
      <Decisions reported={reported} />
    </article>
  );
}

function Decisions({ reported: { review, title_name: name } }: { reported: ReportedReview }) {
  const text = useText();
  const showError = useErrorToast();
  const { moderation, social } = text;
  const decide = useDecision(review.id);
  const settle = (decision: "keep" | "remove", done: string) =>
    decide.mutate(decision, {
      onSuccess: () => showToast(done),
      onError: showError,
    });
  return (
    <div className="flex flex-wrap gap-3">
      <Button
        icon={<Check aria-hidden size={18} />}
        aria-label={moderation.keepOf(review.author.name, name)}
        isBusy={decide.isPending && decide.variables === "keep"}
        onClick={() => settle("keep", moderation.kept)}
      >
        {moderation.keep}
      </Button>
      <Button
        variant="danger"
        icon={<Gavel aria-hidden size={18} />}
        aria-label={moderation.removeOf(review.author.name, name)}
        isBusy={decide.isPending && decide.variables === "remove"}
        onClick={() => settle("remove", social.takenDownToast)}
      >
        {social.takeDown}
      </Button>
    </div>
  );
}
