import type { Home } from "@streamverse/client";
import { buttonClass } from "@streamverse/ui";
import { Link } from "@tanstack/react-router";
import { Info, Play } from "lucide-react";

import { formatDuration } from "../../app/format";
import { useText } from "../../app/i18n";
import { HeroBackdrop } from "../catalog/Hero";
import { StateBadge } from "../catalog/StateBadge";

/** The title on top, large, with what is said about it. */
export function HomeHero({ hero }: { hero: NonNullable<Home["hero"]> }) {
  const text = useText();
  const { title } = hero;
  const isPlayable = title.state === "ready" || title.state === "playable";
  const said = hero.tagline || hero.description;
  return (
    <section
      aria-label={text.library.hero}
      className="relative isolate grid min-h-[min(68dvh,44rem)] content-end overflow-hidden pt-56 pb-10 lg:pt-24"
    >
      <HeroBackdrop title={title} />
      <div className="gutter grid max-w-5xl animate-rise gap-5">
        <h2 className="line-clamp-3 text-[clamp(2.25rem,5.5vw,6rem)] leading-[1.02] font-extrabold wrap-anywhere">
          {title.name}
        </h2>
        <div className="flex flex-wrap items-center gap-3 font-medium text-muted">
          {title.duration_ms !== null && <span>{formatDuration(title.duration_ms)}</span>}
          <StateBadge title={title} />
        </div>
        {said !== "" && (
          <p className="line-clamp-3 max-w-2xl text-lg wrap-anywhere sm:text-xl">{said}</p>
        )}
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
