import { Building2, Library, type LucideIcon, Package, Tags, User } from "lucide-react";

import { useText } from "../../app/i18n";
import { Poster } from "../catalog/Poster";
import { PlanLock } from "../catalog/StateBadge";
import { HitLink } from "./HitLink";
import { HitName } from "./HitName";
import { isTitle } from "./hits";
import type { SearchHit } from "./queries";

const ICONS: Readonly<Partial<Record<SearchHit["kind"], LucideIcon>>> = {
  person: User,
  studio: Building2,
  genre: Tags,
  collection: Library,
  bundle: Package,
};

/** Something that was found, in the grid of results. */
export function HitTile({ hit, words }: { hit: SearchHit; words: string }) {
  const text = useText();
  const Icon = ICONS[hit.kind] ?? Library;
  return (
    <HitLink
      hit={hit}
      words={words}
      className="group @container block rounded-card outline-offset-4"
    >
      <div className="overflow-hidden rounded-card ring-1 ring-line transition-shadow duration-200 group-hover:ring-3 group-hover:ring-accent">
        {isTitle(hit) ? (
          <Poster
            title={hit}
            sizes="(min-width: 40rem) 20rem, 72vw"
            className="aspect-video transition-transform duration-500 ease-calm group-hover:scale-104"
          />
        ) : (
          <div className="grid aspect-video place-items-center bg-raised text-muted">
            <Icon aria-hidden size={48} strokeWidth={1.25} />
          </div>
        )}
      </div>
      <div className="mt-3 line-clamp-2 font-semibold wrap-anywhere">
        <HitName name={hit.name} spans={hit.name_spans} />
      </div>
      {hit.matched_name !== null && (
        <div className="line-clamp-1 text-sm text-muted">
          {text.search.alsoKnownAs} <HitName name={hit.matched_name} spans={hit.matched_spans} />
        </div>
      )}
      <div className="text-sm text-muted">
        {[text.search.kinds[hit.kind], hit.year, hit.genres[0]].filter(Boolean).join(" · ")}
      </div>
      {hit.locked_by === "plan" && (
        <div className="mt-1">
          <PlanLock />
        </div>
      )}
    </HitLink>
  );
}
