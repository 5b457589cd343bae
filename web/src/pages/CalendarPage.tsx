import { Choice, EmptyState, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { CalendarDays } from "lucide-react";
import { useState } from "react";

import { formatDate } from "../app/format";
import { useText } from "../app/i18n";
import { scheduleQuery, type Span } from "../features/library/schedule-queries";
import { ScheduledTitle } from "../features/library/ScheduledTitle";
import { Failed } from "../features/Listing";
import { PageHeading } from "../features/PageHeading";

const SPANS: readonly Span[] = ["today", "week", "month"];

/** What is to come: today, this week, this month. */
export function CalendarPage() {
  const text = useText();
  const words = text.library.calendar;
  const [span, setSpan] = useState<Span>("month");
  const schedule = useQuery(scheduleQuery(span));
  return (
    <div className="gutter mx-auto max-w-5xl">
      <PageHeading title={words.title} intro={words.intro} />
      <div className="mb-8">
        <Choice<Span>
          label={words.span}
          value={span}
          onChange={setSpan}
          choices={SPANS.map((value) => ({ value, label: words.spans[value] }))}
        />
      </div>
      {schedule.isPending && <Skeleton className="h-64" />}
      {schedule.isError && (
        <Failed error={schedule.error} onRetry={() => void schedule.refetch()} />
      )}
      {schedule.data?.days.length === 0 && (
        <EmptyState icon={<CalendarDays aria-hidden size={36} />} title={words.emptyTitle}>
          {words.emptyBody}
        </EmptyState>
      )}
      {schedule.data?.days.map(({ day, items }) => (
        <section key={day} aria-label={formatDate(day)} className="mb-10">
          <h2 className="mb-4 text-2xl font-bold">{formatDate(day)}</h2>
          <ul className="grid gap-3">
            {items.map((item) => (
              <li key={item.title.id}>
                <ScheduledTitle item={item} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
