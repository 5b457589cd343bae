import type { ListedTitle } from "@streamverse/client";
import { Badge, cx } from "@streamverse/ui";
import { Link } from "@tanstack/react-router";
import { GripVertical } from "lucide-react";

import { formatDuration } from "../../app/format";
import { useText } from "../../app/i18n";
import { Poster } from "../catalog/Poster";
import type { Handle } from "../use-sorting";

export interface ListRowProps {
  item: ListedTitle;
  folder: string | undefined;
  isChosen: boolean;
  onChoose: (isChosen: boolean) => void;
  isDragged: boolean;
  /** How it is moved; null where the list is not shown in its own order. */
  handle: Handle | null;
}

/** A title on the list, with the handle that it is dragged by. */
export function ListRow({ item, folder, isChosen, onChoose, isDragged, handle }: ListRowProps) {
  const text = useText();
  const words = text.library.list;
  const { title } = item;
  return (
    <div
      className={cx(
        "flex items-center gap-2 rounded-card bg-surface p-2 ring-1 ring-line sm:gap-4 sm:p-3",
        isDragged && "relative z-10 scale-101 shadow-float ring-2 ring-accent",
      )}
    >
      {handle !== null && (
        <button
          type="button"
          aria-label={words.move(title.name)}
          className="grid size-11 shrink-0 cursor-grab touch-none place-items-center rounded-lg text-muted hover:bg-hover active:cursor-grabbing"
          {...handle}
        >
          <GripVertical aria-hidden size={20} />
        </button>
      )}
      <label className="grid size-11 shrink-0 cursor-pointer place-items-center">
        <span className="sr-only">{words.select(title.name)}</span>
        <input
          type="checkbox"
          checked={isChosen}
          onChange={(event) => onChoose(event.currentTarget.checked)}
          className="size-5 accent-accent"
        />
      </label>
      <Link
        to="/titles/$id"
        params={{ id: title.id }}
        className="flex min-w-0 flex-1 items-center gap-4 rounded-lg"
      >
        <Poster
          title={{ ...title, name: "" }}
          sizes="9rem"
          className="@container aspect-video w-24 shrink-0 rounded-control sm:w-36"
        />
        <span className="grid min-w-0 gap-1">
          <span className="line-clamp-2 font-semibold wrap-anywhere">{title.name}</span>
          <span className="flex flex-wrap items-center gap-2 text-sm text-muted">
            {title.duration_ms !== null && formatDuration(title.duration_ms)}
            {folder !== undefined && <Badge>{folder}</Badge>}
            {item.tags.map((tag) => (
              <span key={tag}>#{tag}</span>
            ))}
          </span>
        </span>
      </Link>
    </div>
  );
}
