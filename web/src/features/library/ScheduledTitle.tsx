import type { ScheduledItem } from "@streamverse/client";

import { formatDuration, formatMoment } from "../../app/format";
import { useText } from "../../app/i18n";
import { Poster } from "../catalog/Poster";
import { ReminderButton } from "./ReminderButton";

/** A title of the calendar: there is nothing to open yet. */
export function ScheduledTitle({ item }: { item: ScheduledItem }) {
  const text = useText();
  const { title, opens_at: opensAt } = item;
  return (
    <div className="flex items-center gap-4 rounded-card bg-surface p-3 ring-1 ring-line">
      <Poster
        title={{ ...title, name: "" }}
        sizes="10rem"
        className="@container aspect-video w-28 shrink-0 rounded-control sm:w-40"
      />
      <div className="grid min-w-0 flex-1 gap-1">
        <p className="font-semibold wrap-anywhere">{title.name}</p>
        <p className="text-sm text-muted">
          {text.library.calendar.at(formatMoment(opensAt))}
          {title.duration_ms !== null && ` · ${formatDuration(title.duration_ms)}`}
        </p>
        <ReminderButton title={title} />
      </div>
    </div>
  );
}
