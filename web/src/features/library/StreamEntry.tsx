import type { Stream } from "@streamverse/client";
import { IconButton, Progress, showToast } from "@streamverse/ui";
import { Link } from "@tanstack/react-router";
import { Check, X } from "lucide-react";

import { formatDuration, formatMoment } from "../../app/format";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { Poster } from "../catalog/Poster";
import type { useForgetting } from "./history-queries";

export interface StreamEntryProps {
  stream: Stream;
  remove: ReturnType<typeof useForgetting>["remove"];
}

/** One sitting: what, when, how much of it, and the way to forget it. */
export function StreamEntry({ stream, remove }: StreamEntryProps) {
  const text = useText();
  const showError = useErrorToast();
  const words = text.library.history;
  const { title, episode } = stream;
  const forget = () =>
    remove.mutate(stream.id, {
      onSuccess: () => showToast(words.removed),
      onError: showError,
    });
  return (
    <div className="flex items-center gap-4 rounded-card p-3 ring-1 ring-line">
      <Link
        to="/titles/$id"
        params={{ id: title.id }}
        aria-label={title.name}
        className="@container w-28 shrink-0 overflow-hidden rounded-control sm:w-40"
      >
        <Poster title={title} sizes="10rem" className="aspect-video" />
      </Link>
      <div className="grid min-w-0 flex-1 gap-1">
        <p className="font-semibold wrap-anywhere">{title.name}</p>
        {episode !== null && (
          <p className="text-sm text-muted">
            {text.library.episode(episode.season, episode.number, episode.series_name)}
          </p>
        )}
        <p className="text-sm text-muted">
          {formatMoment(stream.started_at)}
          {stream.watched_ms >= 1000 && ` · ${words.watchedFor(formatDuration(stream.watched_ms))}`}
        </p>
        {stream.is_finished ? (
          <p className="flex items-center gap-1.5 text-sm font-semibold text-good-text">
            <Check aria-hidden size={16} />
            {words.watched}
          </p>
        ) : (
          <Progress
            label={text.library.progressOf(title.name)}
            value={stream.duration_ms > 0 ? stream.position_ms / stream.duration_ms : 0}
            className="mt-1 max-w-xs"
          />
        )}
      </div>
      <IconButton label={words.remove(title.name)} onClick={forget}>
        <X aria-hidden size={20} />
      </IconButton>
    </div>
  );
}
