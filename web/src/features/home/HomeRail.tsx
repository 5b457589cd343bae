import type { HomeCard, Rail as RailOf } from "@streamverse/client";

import type { Messages } from "../../app/i18n";
import { useText } from "../../app/i18n";
import { Rail } from "../catalog/Rail";
import { TitleTile } from "../catalog/TitleTile";
import { ContinueTile } from "./ContinueTile";
import { UpcomingTile } from "./UpcomingTile";

/** A rail of the home page, drawn as what it is. */
export function HomeRail({ rail }: { rail: RailOf }) {
  const text = useText();
  return (
    <Rail rail={{ name: nameOf(rail, text), items: rail.items }}>
      {(title, index) => <Tile kind={rail.kind} title={title} place={index + 1} />}
    </Rail>
  );
}

function nameOf(rail: RailOf, text: Messages): string {
  if (rail.kind === "because") return text.library.becauseOf(rail.name);
  return text.library.rails[rail.kind] ?? rail.name;
}

function Tile({ kind, title, place }: { kind: string; title: HomeCard; place: number }) {
  const text = useText();
  if (kind === "continue_watching") return <ContinueTile title={title} />;
  if (kind === "coming_soon") return <UpcomingTile title={title} />;
  if (kind !== "top10") return <TitleTile title={title} />;
  return (
    <div className="relative ps-[26%]">
      <span className="sr-only">{text.library.place(place)}</span>
      <span
        aria-hidden
        className="absolute inset-y-0 start-0 flex w-[30%] items-center justify-center font-display text-[clamp(4.5rem,7vw,9rem)] leading-none font-extrabold tracking-tighter text-transparent select-none [-webkit-text-stroke:2px_var(--color-muted)]"
      >
        {place}
      </span>
      <TitleTile title={title} />
    </div>
  );
}
