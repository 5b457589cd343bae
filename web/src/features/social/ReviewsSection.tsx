import type { Review, Reviews, Title } from "@streamverse/client";
import { Badge, Button, Choice, ConfirmDialog, showToast } from "@streamverse/ui";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Pencil, Star, Trash2 } from "lucide-react";
import { useId, useState } from "react";

import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { Listing } from "../Listing";
import { useCurrentProfile } from "../profiles/queries";
import { type ReviewSort, reviewsQuery, useDeleteReview } from "./queries";
import { RatingSummary } from "./RatingSummary";
import { ReviewCard } from "./ReviewCard";
import { ReviewDialog } from "./ReviewDialog";
import { ReviewHead, ReviewText } from "./ReviewText";

const SORTS = ["helpful", "newest", "highest", "lowest"] as const;

/** What is thought of a title: the stars of all, one's own review, and what others wrote. */
export function ReviewsSection({ title }: { title: Pick<Title, "id" | "name"> }) {
  const { social } = useText();
  const id = useId();
  const [sort, setSort] = useState<ReviewSort>("helpful");
  const isKids = useCurrentProfile()?.is_kids;
  const query = useInfiniteQuery({
    ...reviewsQuery(title.id, sort),
    placeholderData: keepPreviousData,
  });
  const first = query.data?.pages[0];
  return (
    <section aria-labelledby={id} className="gutter mt-12">
      <h2 id={id} className="mb-4 text-2xl font-bold">
        {social.heading}
      </h2>
      {isKids === true ? (
        first !== undefined && <ForKids summary={first.summary} />
      ) : (
        <div className="grid gap-8 lg:grid-cols-[minmax(14rem,20rem)_minmax(0,1fr)] lg:gap-16">
          {first !== undefined && <Aside title={title} board={first} />}
          {first?.summary.count !== 0 && (
            <div className="grid content-start gap-4">
              <Choice
                label={social.sortBy}
                value={sort}
                onChange={setSort}
                choices={SORTS.map((value) => ({ value, label: social.sorts[value] }))}
              />
              <Listing
                query={query}
                keyOf={(review) => review.id}
                label={social.list}
                empty={social.noWords}
              >
                {(review) => <ReviewCard review={review} />}
              </Listing>
            </div>
          )}
        </div>
      )}
    </section>
  );
}

/** The stars, and one's own review or the way to it. */
function Aside({ title, board }: { title: Pick<Title, "id" | "name">; board: Reviews }) {
  const { social } = useText();
  const [isWriting, setIsWriting] = useState(false);
  const { own, summary } = board;
  return (
    <div className="grid content-start gap-6">
      <RatingSummary summary={summary} />
      {own === null ? (
        <div className="grid justify-items-start gap-3">
          {summary.count === 0 && (
            <p>
              <strong className="block text-lg">{social.emptyTitle}</strong>
              <span className="text-muted">{social.emptyBody}</span>
            </p>
          )}
          <Button
            variant="primary"
            icon={<Star aria-hidden size={20} />}
            onClick={() => setIsWriting(true)}
          >
            {social.write}
          </Button>
        </div>
      ) : (
        <OwnReview own={own} onEdit={() => setIsWriting(true)} />
      )}
      {isWriting && <ReviewDialog title={title} own={own} onClose={() => setIsWriting(false)} />}
    </div>
  );
}

function OwnReview({ own, onEdit }: { own: Review; onEdit: () => void }) {
  const text = useText();
  const showError = useErrorToast();
  const { social } = text;
  const [isAsking, setIsAsking] = useState(false);
  const remove = useDeleteReview(own.id);
  return (
    <article
      aria-label={social.own}
      className="grid gap-4 rounded-card border border-line bg-surface p-5"
    >
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="font-bold">{social.own}</h3>
        {own.is_removed && <Badge tone="danger">{social.takenDown}</Badge>}
      </div>
      <ReviewHead review={own} />
      <ReviewText review={own} isOpen />
      {own.is_removed ? (
        <p className="text-muted">{social.takenDownBody}</p>
      ) : (
        <div className="flex flex-wrap gap-2">
          <Button size="sm" icon={<Pencil aria-hidden size={16} />} onClick={onEdit}>
            {social.edit}
          </Button>
          <Button
            size="sm"
            variant="quiet"
            icon={<Trash2 aria-hidden size={16} />}
            onClick={() => setIsAsking(true)}
          >
            {social.delete}
          </Button>
        </div>
      )}
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={social.deleteTitle}
        description={social.deleteBody}
        confirmLabel={social.deleteConfirm}
        cancelLabel={text.common.cancel}
        closeLabel={text.common.close}
        isBusy={remove.isPending}
        onConfirm={() =>
          remove.mutate(undefined, {
            onSuccess: () => showToast(social.deleted),
            onError: showError,
            onSettled: () => setIsAsking(false),
          })
        }
      />
    </article>
  );
}

function ForKids({ summary }: { summary: Reviews["summary"] }) {
  const { social } = useText();
  return (
    <div className="grid max-w-sm gap-4">
      <p className="text-muted">{summary.count === 0 ? social.kidsNone : social.kids}</p>
      <RatingSummary summary={summary} />
    </div>
  );
}
