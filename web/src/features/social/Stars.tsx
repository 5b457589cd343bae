import { cx } from "@streamverse/ui";
import { Star } from "lucide-react";
import { useId } from "react";

import { useText } from "../../app/i18n";

const ALL_STARS = [1, 2, 3, 4, 5] as const;

/** How many stars somebody gave. */
export function Stars({ rating }: { rating: number }) {
  const { social } = useText();
  return (
    <span role="img" aria-label={social.stars(rating)} className="inline-flex gap-0.5">
      {ALL_STARS.map((stars) => (
        <StarSign key={stars} isLit={stars <= rating} size={18} />
      ))}
    </span>
  );
}

export interface StarChoiceProps {
  /** 0 while nothing is chosen. */
  value: number;
  onChange: (value: number) => void;
  error?: string | undefined;
}

/** One to five stars to choose; the arrow keys go through them. */
export function StarChoice({ value, onChange, error }: StarChoiceProps) {
  const { social } = useText();
  const id = useId();
  return (
    <fieldset aria-describedby={error === undefined ? undefined : `${id}-error`}>
      <legend className="mb-2 text-sm font-semibold">{social.rating}</legend>
      <div className="flex w-fit">
        {ALL_STARS.map((stars) => (
          <label
            key={stars}
            className="relative grid size-12 cursor-pointer place-items-center rounded-control hover:bg-hover has-focus-visible:outline-3 has-focus-visible:outline-accent-text"
          >
            <input
              type="radio"
              name={id}
              value={stars}
              checked={stars === value}
              onChange={() => onChange(stars)}
              className="absolute inset-0 cursor-pointer opacity-0"
            />
            <span className="sr-only">{social.stars(stars)}</span>
            <StarSign isLit={stars <= value} size={30} />
          </label>
        ))}
      </div>
      {error !== undefined && (
        <p id={`${id}-error`} role="alert" className="text-sm font-medium text-danger-text">
          {error}
        </p>
      )}
    </fieldset>
  );
}

function StarSign({ isLit, size }: { isLit: boolean; size: number }) {
  return (
    <Star
      aria-hidden
      size={size}
      fill={isLit ? "currentColor" : "none"}
      className={cx(isLit ? "text-accent-text" : "text-muted")}
    />
  );
}
