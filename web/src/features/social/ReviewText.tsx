import type { Review } from "@streamverse/client";
import { Button } from "@streamverse/ui";
import { useState } from "react";

import { formatAge } from "../../app/format";
import { useText } from "../../app/i18n";
import { Stars } from "./Stars";

const LONG = 600;

/** Who thinks so, when, and how many stars it is. */
export function ReviewHead({ review }: { review: Review }) {
  const { social } = useText();
  return (
    <div className="flex items-center gap-3">
      <img
        src={review.author.avatar_url}
        alt=""
        className="size-11 shrink-0 rounded-[24%] object-cover"
      />
      <div className="grid min-w-0">
        <span className="font-semibold wrap-anywhere" dir="auto">
          {review.author.name}
        </span>
        <span className="flex flex-wrap items-center gap-x-3 text-sm text-muted">
          <Stars rating={review.rating} />
          <span>
            {formatAge(review.created_at)}
            {review.edited_at !== null && ` · ${social.editedMark}`}
          </span>
        </span>
      </div>
    </div>
  );
}

/** What somebody wrote: folded where it gives away what happens, shortened where it is long. */
export function ReviewText({ review, isOpen = false }: { review: Review; isOpen?: boolean }) {
  const { social } = useText();
  const [isUnfolded, setIsUnfolded] = useState(isOpen);
  const [isWhole, setIsWhole] = useState(false);
  if (review.text === "") return null;
  const mayBeRead = !review.has_spoilers || isUnfolded;
  const isShortened = mayBeRead && !isWhole && review.text.length > LONG;
  return (
    <div className="grid justify-items-start gap-2">
      {mayBeRead ? (
        <p
          dir="auto"
          className={`leading-relaxed whitespace-pre-line wrap-anywhere ${isShortened ? "line-clamp-6" : ""}`}
        >
          {review.text}
        </p>
      ) : (
        <p className="text-muted">{social.spoilerHidden}</p>
      )}
      {review.has_spoilers && !isOpen && (
        <Button size="sm" aria-expanded={isUnfolded} onClick={() => setIsUnfolded(!isUnfolded)}>
          {isUnfolded ? social.hideSpoiler : social.showSpoiler}
        </Button>
      )}
      {isShortened && (
        <Button size="sm" variant="quiet" onClick={() => setIsWhole(true)}>
          {social.showWhole}
        </Button>
      )}
    </div>
  );
}
