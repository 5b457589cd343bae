import { Progress } from "@streamverse/ui";
import { Link } from "@tanstack/react-router";
import { Play } from "lucide-react";

import { formatDuration } from "../../app/format";
import { useText } from "../../app/i18n";
import { Poster } from "./Poster";
import type { TitleCard } from "./queries";
import { StateBadge } from "./StateBadge";

/** A title in a rail or a grid. */
export function TitleTile({ title }: { title: TitleCard }) {
  const text = useText();
  const isInWork = title.state === "processing" || title.state === "playable";
  return (
    <Link
      to="/titles/$id"
      params={{ id: title.id }}
      aria-label={title.name}
      className="group @container block rounded-card outline-offset-4"
    >
      <div className="relative overflow-hidden rounded-card ring-1 ring-line">
        <Poster
          title={title}
          className="aspect-video transition-transform duration-500 ease-calm group-hover:scale-104 group-focus-visible:scale-104"
        />
        <div
          aria-hidden
          className="absolute inset-0 grid place-items-center bg-black/35 opacity-0 transition-opacity duration-200 group-hover:opacity-100 group-focus-visible:opacity-100"
        >
          <span className="grid size-14 place-items-center rounded-full bg-accent text-accent-ink shadow-float">
            <Play size={24} fill="currentColor" className="ms-0.5" />
          </span>
        </div>
        {isInWork && (
          <Progress
            label={text.processing.progressOf(title.name)}
            value={title.progress}
            className="absolute inset-x-3 bottom-3"
          />
        )}
      </div>
      <div className="mt-3 flex flex-wrap items-baseline justify-between gap-x-3 gap-y-1">
        <span className="line-clamp-2 font-semibold wrap-anywhere">{title.name}</span>
        {title.duration_ms !== null && (
          <span className="text-sm whitespace-nowrap text-muted">
            {formatDuration(title.duration_ms)}
          </span>
        )}
      </div>
      <div className="mt-1 empty:hidden">
        <StateBadge title={title} />
      </div>
    </Link>
  );
}
