import { buttonClass } from "@streamverse/ui";
import { Link } from "@tanstack/react-router";
import { Info, Play } from "lucide-react";

import { formatDuration } from "../../app/format";
import { useText } from "../../app/i18n";
import { Poster } from "./Poster";
import type { TitleCard } from "./queries";
import { StateBadge } from "./StateBadge";

/** The newest title, large. */
export function Hero({ title }: { title: TitleCard }) {
  const text = useText();
  const isPlayable = title.state === "ready" || title.state === "playable";
  return (
    <section
      aria-label={text.home.newest}
      className="relative isolate grid min-h-[min(68dvh,44rem)] content-end overflow-hidden pt-24 pb-10"
    >
      <HeroBackdrop title={title} />
      <div className="gutter grid max-w-5xl animate-rise gap-5">
        <p className="text-sm font-bold tracking-wide text-accent-text uppercase">
          {text.home.newest}
        </p>
        <h2 className="line-clamp-3 text-[clamp(2.25rem,5.5vw,5rem)] leading-[1.02] font-extrabold wrap-anywhere">
          {title.name}
        </h2>
        <div className="flex flex-wrap items-center gap-3 font-medium text-muted">
          {title.duration_ms !== null && <span>{formatDuration(title.duration_ms)}</span>}
          <StateBadge title={title} />
        </div>
        <div className="mt-2 flex flex-wrap gap-3">
          {isPlayable && (
            <Link
              to="/watch/$id"
              params={{ id: title.id }}
              className={buttonClass("primary", "lg")}
            >
              <Play aria-hidden size={22} fill="currentColor" />
              {text.home.play}
            </Link>
          )}
          <Link
            to="/titles/$id"
            params={{ id: title.id }}
            className={buttonClass("secondary", "lg")}
          >
            <Info aria-hidden size={22} />
            {text.home.details}
          </Link>
        </div>
      </div>
    </section>
  );
}

/** The picture behind, fading into the page towards the words. */
export function HeroBackdrop({ title }: { title: TitleCard }) {
  return (
    <div aria-hidden className="absolute inset-0 -z-10">
      <Poster
        title={title.poster === null ? { ...title, name: "" } : title}
        sizes="(min-width: 64rem) 74vw, 100vw"
        isUrgent
        className="absolute! inset-y-0 end-0 w-full lg:w-[74%]"
      />
      <div className="absolute inset-0 bg-linear-to-t from-canvas via-canvas/75 to-canvas/10 lg:via-transparent lg:via-55% lg:to-transparent" />
      <div className="absolute inset-0 hidden bg-linear-to-r from-canvas from-28% via-canvas/70 via-48% to-transparent to-80% lg:block rtl:bg-linear-to-l" />
    </div>
  );
}
