import { buttonClass } from "@streamverse/ui";
import { Link, type LinkProps } from "@tanstack/react-router";

export interface Chip {
  key: string;
  name: string;
  link: LinkProps;
}

/** A few links in a row, each to a page of its own. */
export function Chips({ label, chips }: { label: string; chips: readonly Chip[] }) {
  if (chips.length === 0) return null;
  return (
    <ul aria-label={label} className="flex flex-wrap gap-2">
      {chips.map(({ key, name, link }) => (
        <li key={key} className="max-w-full">
          <Link {...link} className={`${buttonClass("secondary", "sm")} max-w-full`}>
            <span className="truncate">{name}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** The ways to what has the same tags. */
export function tagChips(tags: readonly string[]): Chip[] {
  return tags.map((tag) => ({
    key: tag,
    name: `#${tag}`,
    link: { to: "/browse", search: { tag } },
  }));
}

/** The ways to the pages of genres. */
export function genreChips(genres: readonly { slug: string; name: string }[]): Chip[] {
  return genres.map(({ slug, name }) => ({
    key: slug,
    name,
    link: { to: "/genre/$slug", params: { slug } },
  }));
}
