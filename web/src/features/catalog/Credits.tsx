import type { Credit } from "@streamverse/client";
import { Button } from "@streamverse/ui";
import { Link } from "@tanstack/react-router";
import { useId, useState } from "react";

import { useText } from "../../app/i18n";
import { hueOf } from "./Poster";

const FIRST = 12;

/** Who plays in a title, and who made it. */
export function Credits({ credits }: { credits: readonly Credit[] }) {
  const text = useText();
  const cast = credits.filter((credit) => credit.job === "actor");
  const crew = credits.filter((credit) => credit.job !== "actor");
  return (
    <>
      <People heading={text.catalog.cast} people={merged(cast, (credit) => credit.character)} />
      <People
        heading={text.catalog.crew}
        people={merged(crew, (credit) => text.catalog.jobs[credit.job] ?? capital(credit.job))}
      />
    </>
  );
}

interface Somebody {
  slug: string;
  name: string;
  portrait_url: string | null;
  words: string[];
}

function People({ heading, people }: { heading: string; people: readonly Somebody[] }) {
  const text = useText();
  const id = useId();
  const [isWhole, setIsWhole] = useState(false);
  if (people.length === 0) return null;
  const shown = isWhole ? people : people.slice(0, FIRST);
  return (
    <section aria-labelledby={id} className="gutter mt-12">
      <h2 id={id} className="mb-4 text-2xl font-bold">
        {heading}
      </h2>
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,15rem),1fr))] gap-x-5 gap-y-2">
        {shown.map(({ slug, name, portrait_url, words }) => (
          <li key={slug}>
            <Link
              to="/person/$slug"
              params={{ slug }}
              className="flex items-center gap-3 rounded-card p-2 hover:bg-hover"
            >
              <Portrait name={name} slug={slug} url={portrait_url} />
              <span className="grid min-w-0">
                <span className="font-semibold wrap-anywhere">{name}</span>
                {words.length > 0 && (
                  <span className="text-sm wrap-anywhere text-muted">{words.join(", ")}</span>
                )}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {people.length > shown.length && (
        <Button className="mt-4" onClick={() => setIsWhole(true)}>
          {text.catalog.showAll(people.length)}
        </Button>
      )}
    </section>
  );
}

/** Somebody's picture, or what stands in its place. */
export function Portrait({
  url,
  ...somebody
}: {
  name: string;
  slug: string;
  url: string | null;
  isLarge?: true;
}) {
  const [hasFailed, setHasFailed] = useState(false);
  if (url === null || hasFailed) return <Initials {...somebody} />;
  return (
    <img
      src={url}
      alt=""
      loading="lazy"
      onError={() => setHasFailed(true)}
      className={`shrink-0 rounded-full object-cover object-[50%_20%] ${somebody.isLarge ? "size-28" : "size-12"}`}
    />
  );
}

/** In place of a portrait: the first letters of the name, on a colour of their own. */
function Initials({ name, slug, isLarge }: { name: string; slug: string; isLarge?: true }) {
  const letters = name
    .split(/\s+/)
    .map((word) => word[0] ?? "")
    .join("")
    .slice(0, 2);
  return (
    <span
      aria-hidden
      className={`grid shrink-0 place-items-center rounded-full font-display font-bold text-white uppercase ${isLarge ? "size-28 text-4xl" : "size-12"}`}
      style={{ backgroundColor: `oklch(0.42 0.09 ${hueOf(slug)})` }}
    >
      {letters}
    </span>
  );
}

function merged(credits: readonly Credit[], wordOf: (credit: Credit) => string): Somebody[] {
  const found = new Map<string, Somebody>();
  for (const credit of credits) {
    const { slug, name, portrait_url } = credit;
    const somebody = found.get(slug) ?? { slug, name, portrait_url, words: [] };
    const word = wordOf(credit);
    if (word !== "" && !somebody.words.includes(word)) somebody.words.push(word);
    found.set(slug, somebody);
  }
  return [...found.values()];
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
