import type { HistoryStatistics } from "@streamverse/client";

import { formatDate, formatDuration, formatNumber } from "../../app/format";
import { useText } from "../../app/i18n";

/** What a history adds up to: three figures, a bar for each day, and the genres. */
export function Statistics({ counted }: { counted: HistoryStatistics }) {
  const text = useText();
  const words = text.library.history;
  const figures = [
    [words.total, timeOf(counted.watched_ms, words.nothing)],
    [words.titles, formatNumber(counted.title_count)],
    [words.finished, formatNumber(counted.finished_count)],
  ] as const;
  return (
    <section aria-label={words.statistics} className="mb-10 grid gap-6">
      <dl className="grid gap-3 sm:grid-cols-3">
        {figures.map(([name, value]) => (
          <div key={name} className="rounded-2xl border border-line bg-surface p-5">
            <dt className="font-semibold text-muted">{name}</dt>
            <dd className="mt-1 font-display text-3xl font-bold tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      <div className="grid gap-6 rounded-2xl border border-line bg-surface p-5 lg:grid-cols-[2fr_1fr]">
        <Days days={counted.days} />
        {counted.genres.length > 0 && (
          <div>
            <h2 className="font-bold">{words.genres}</h2>
            <ul className="mt-3 grid gap-2">
              {counted.genres.map((genre) => (
                <li key={genre.name} className="flex justify-between gap-4">
                  <span>{genre.name}</span>
                  <span className="text-muted">{formatDuration(genre.watched_ms)}</span>
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </section>
  );
}

function Days({ days }: { days: HistoryStatistics["days"] }) {
  const text = useText();
  const words = text.library.history;
  const most = Math.max(1, ...days.map((day) => day.watched_ms));
  return (
    <div>
      <h2 className="font-bold">{words.lastDays}</h2>
      <ol className="mt-3 flex h-24 items-end gap-1">
        {days.map(({ day, watched_ms }) => {
          const said = words.dayAndTime(formatDate(day), timeOf(watched_ms, words.nothing));
          return (
            <li key={day} title={said} className="flex h-full flex-1 items-end">
              <span className="sr-only">{said}</span>
              <span
                aria-hidden
                className={`w-full rounded-t-sm ${watched_ms > 0 ? "min-h-1 bg-accent" : "h-0.5 bg-line"}`}
                style={watched_ms > 0 ? { height: `${(watched_ms / most) * 100}%` } : undefined}
              />
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function timeOf(watchedMs: number, nothing: string): string {
  return watchedMs < 1000 ? nothing : formatDuration(watchedMs);
}
