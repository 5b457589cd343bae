import { cx } from "@streamverse/ui";
import { useState } from "react";

export interface PosterProps {
  title: { id: string; name: string; poster_url: string | null };
  className?: string;
  /** Load it at once, because it is the first thing one sees. */
  isUrgent?: boolean;
}

/** The title's picture; until there is one, colours of its own with its name. */
export function Poster({ title, className, isUrgent = false }: PosterProps) {
  const [failed, setFailed] = useState<string | null>(null);
  const url = title.poster_url;
  return (
    <div className={cx("relative overflow-hidden bg-raised", className)}>
      {url === null || url === failed ? (
        <Placeholder id={title.id} name={title.name} />
      ) : (
        <img
          src={url}
          alt=""
          loading={isUrgent ? "eager" : "lazy"}
          fetchPriority={isUrgent ? "high" : "auto"}
          decoding="async"
          onError={() => setFailed(url)}
          className="absolute inset-0 size-full object-cover"
        />
      )}
    </div>
  );
}

function Placeholder({ id, name }: { id: string; name: string }) {
  const hue = hueOf(id);
  return (
    <div
      aria-hidden
      className="absolute inset-0 grid place-items-center text-white/90"
      style={{
        backgroundImage: `radial-gradient(90% 120% at 85% 0%, oklch(0.58 0.13 ${hue}), transparent 65%), linear-gradient(160deg, oklch(0.36 0.09 ${hue + 50}), oklch(0.24 0.06 ${hue + 80}))`,
      }}
    >
      <span className="line-clamp-2 px-5 text-center font-display text-[min(2.2rem,7cqi)] leading-tight font-bold wrap-anywhere">
        {name}
      </span>
    </div>
  );
}

/** A hue that stays the same for a title. */
export function hueOf(id: string): number {
  let hash = 7;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 360;
  return hash;
}
