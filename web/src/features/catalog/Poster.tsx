import type { Poster as PosterOf } from "@streamverse/client";
import { cx } from "@streamverse/ui";
import { useState } from "react";

export interface PosterProps {
  title: { id: string; name: string; poster: PosterOf | null };
  className?: string;
  /** How wide it is shown, as the attribute `sizes` says it. */
  sizes?: string;
  /** Load it at once, because it is the first thing one sees. */
  isUrgent?: boolean;
}

/** The title's picture; until there is one, colours of its own with its name. */
export function Poster({ title, className, sizes = "20rem", isUrgent = false }: PosterProps) {
  const [failed, setFailed] = useState<string | null>(null);
  const { poster } = title;
  return (
    <div className={cx("relative overflow-hidden bg-raised", className)}>
      {poster === null || poster.base_url === failed ? (
        <Placeholder id={title.id} name={title.name} />
      ) : (
        <Still
          still={poster}
          sizes={sizes}
          isUrgent={isUrgent}
          onError={() => setFailed(poster.base_url)}
          className="absolute inset-0 size-full object-cover"
        />
      )}
    </div>
  );
}

export interface StillProps {
  still: { base_url: string; widths: readonly number[] };
  sizes: string;
  alt?: string;
  isUrgent?: boolean;
  onError?: () => void;
  className?: string;
}

/** A picture in the best form and the smallest size that will do. */
export function Still({ still, sizes, alt = "", isUrgent = false, ...rest }: StillProps) {
  const sources = (ending: string) =>
    still.widths.map((width) => `${still.base_url}/${width}.${ending} ${width}w`).join(", ");
  return (
    <picture>
      <source type="image/avif" srcSet={sources("avif")} sizes={sizes} />
      <source type="image/webp" srcSet={sources("webp")} sizes={sizes} />
      <img
        {...rest}
        src={`${still.base_url}/${still.widths.at(-1)}.jpg`}
        srcSet={sources("jpg")}
        sizes={sizes}
        alt={alt}
        loading={isUrgent ? "eager" : "lazy"}
        fetchPriority={isUrgent ? "high" : "auto"}
        decoding="async"
      />
    </picture>
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
