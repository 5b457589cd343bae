import type { WatchedSession } from "@streamverse/client";
import { Badge } from "@streamverse/ui";
import { Link } from "@tanstack/react-router";

import { formatAge, formatBitrate, formatDuration } from "../../app/format";
import { useText } from "../../app/i18n";

/** A session in a list: what, on which device, and how it goes. */
export function SessionCard({ session }: { session: WatchedSession }) {
  const words = useText().sessions;
  const { ended_by: endedBy } = session;
  const state =
    endedBy === null
      ? (words.states[session.state] ?? session.state)
      : (words.ends[endedBy] ?? endedBy);
  const isBad = session.error_count > 0 || session.state === "stalled";
  const facts = [
    session.device || words.unknown,
    session.region,
    words.watchedFor(formatDuration(session.played_ms)),
    session.average_bitrate_bps > 0 && formatBitrate(session.average_bitrate_bps),
    session.stall_count > 0 && words.stalls(session.stall_count),
  ];
  return (
    <Link
      to="/admin/sessions/$id"
      params={{ id: session.id }}
      className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 rounded-2xl border border-line bg-surface p-4 hover:bg-hover"
    >
      <div className="min-w-0">
        <p className="truncate font-semibold">{session.title || words.unknown}</p>
        <p className="text-sm text-muted">{facts.filter(Boolean).join(" · ")}</p>
      </div>
      <div className="flex items-center gap-3 text-sm text-muted">
        <span>{formatAge(session.opened_at)}</span>
        {session.issue_count > 0 && (
          <Badge tone="danger">{words.reports(session.issue_count)}</Badge>
        )}
        <Badge tone={isBad ? "danger" : endedBy === null ? "good" : "neutral"}>{state}</Badge>
      </div>
    </Link>
  );
}
