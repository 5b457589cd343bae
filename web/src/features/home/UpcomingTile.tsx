import type { HomeCard } from "@streamverse/client";
import { CalendarClock } from "lucide-react";

import { formatDate } from "../../app/format";
import { useText } from "../../app/i18n";
import { Poster } from "../catalog/Poster";
import { ReminderButton } from "../library/ReminderButton";

/** What is still to come, and from when; there is nothing to open yet, but to be reminded of. */
export function UpcomingTile({ title }: { title: HomeCard }) {
  const text = useText();
  return (
    <div className="@container">
      <div className="overflow-hidden rounded-card ring-1 ring-line">
        <Poster title={title} sizes="(min-width: 40rem) 20rem, 72vw" className="aspect-video" />
      </div>
      <p className="mt-3 line-clamp-2 font-semibold wrap-anywhere">{title.name}</p>
      {title.opens_at !== null && (
        <p className="mt-1 flex items-center gap-1.5 text-sm text-muted">
          <CalendarClock aria-hidden size={16} />
          {text.library.opensAt(formatDate(title.opens_at))}
        </p>
      )}
      <ReminderButton title={title} />
    </div>
  );
}
