import { Progress } from "@streamverse/ui";
import { Link } from "@tanstack/react-router";

import { formatDuration } from "../../app/format";
import { useText } from "../../app/i18n";
import { Poster } from "./Poster";
import { Preview, usePreviewed } from "./Preview";
import type { TitleCard } from "./queries";
import { StateBadge } from "./StateBadge";
import { WatchedBar } from "./WatchedBar";

/** A title in a rail or a grid. */
export function TitleTile({ title, note }: { title: TitleCard; note?: string | undefined }) {
  const text = useText();
  const [isPreviewed, watch] = usePreviewed();
  const isInWork = title.state === "processing" || title.state === "playable";
  return (
    <Link
      to="/titles/$id"
      params={{ id: title.id }}
      aria-label={title.name}
      className="group @container block rounded-card outline-offset-4"
      {...watch}
    >
      <div className="relative overflow-hidden rounded-card ring-1 ring-line transition-shadow duration-200 group-hover:ring-3 group-hover:ring-accent">
        <Poster
          title={title}
          sizes="(min-width: 40rem) 20rem, 72vw"
          className="aspect-video transition-transform duration-500 ease-calm group-hover:scale-104 group-focus-visible:scale-104"
        />
        {isPreviewed && title.poster?.preview_url && <Preview url={title.poster.preview_url} />}
        {!isInWork && <WatchedBar title={title} />}
        {isInWork && (
          <Progress
            label={text.processing.progressOf(title.name)}
            value={title.progress}
            className="absolute inset-x-3 bottom-3"
          />
        )}
      </div>
      <div className="mt-3 flex items-baseline justify-between gap-3">
        <span className="line-clamp-2 min-w-0 font-semibold wrap-anywhere">{title.name}</span>
        {title.duration_ms !== null && (
          <span className="text-sm whitespace-nowrap text-muted">
            {formatDuration(title.duration_ms)}
          </span>
        )}
      </div>
      {note !== undefined && <p className="mt-0.5 text-sm text-muted">{note}</p>}
      <div className="mt-1 empty:hidden">
        <StateBadge title={title} />
      </div>
    </Link>
  );
}
