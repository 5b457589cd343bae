import type { Reviews } from "@streamverse/client";

import { formatNumber } from "../../app/format";
import { useText } from "../../app/i18n";
import { Stars } from "./Stars";

/** How a title is rated: the mean, and a bar for each number of stars. */
export function RatingSummary({ summary }: { summary: Reviews["summary"] }) {
  const { social } = useText();
  if (summary.average === null) return null;
  const most = Math.max(...summary.counts);
  const average = formatNumber(summary.average);
  return (
    <div className="grid content-start gap-5">
      <div className="flex items-center gap-4">
        <p className="font-display text-5xl font-extrabold tabular-nums">
          <span aria-hidden>{average}</span>
          <span className="sr-only">{social.averageOf(average)}</span>
        </p>
        <div className="grid gap-1">
          <span aria-hidden>
            <Stars rating={Math.round(summary.average)} />
          </span>
          <span className="text-muted">
            {social.ratings(summary.count, formatNumber(summary.count))}
          </span>
        </div>
      </div>
      <ol aria-label={social.histogram} className="grid gap-2">
        {summary.counts
          .map((count, place) => ({ count, stars: place + 1 }))
          .reverse()
          .map(({ count, stars }) => (
            <li
              key={stars}
              className="grid grid-cols-[1ch_1fr_minmax(2ch,auto)] items-center gap-3"
            >
              <span className="sr-only">
                {social.bar(social.stars(stars), formatNumber(count))}
              </span>
              <span aria-hidden className="tabular-nums">
                {stars}
              </span>
              <span aria-hidden className="h-2.5 overflow-hidden rounded-full bg-raised">
                <span
                  className="block h-full rounded-full bg-accent"
                  style={{ width: `${(count / most) * 100}%` }}
                />
              </span>
              <span aria-hidden className="text-end text-sm text-muted tabular-nums">
                {formatNumber(count)}
              </span>
            </li>
          ))}
      </ol>
    </div>
  );
}
