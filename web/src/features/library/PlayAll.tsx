import type { TitleCard } from "@streamverse/client";
import { buttonClass } from "@streamverse/ui";
import { Link } from "@tanstack/react-router";
import { ListVideo } from "lucide-react";

import { useText } from "../../app/i18n";
import { mayPlay, type Through } from "./playing-through";

/** Begins a list with the first title that can be played; those behind it follow by themselves. */
export function PlayAll({ titles, through }: { titles: readonly TitleCard[]; through: Through }) {
  const { library } = useText();
  const first = titles.find(mayPlay);
  if (first === undefined) return null;
  return (
    <Link
      to="/watch/$id"
      params={{ id: first.id }}
      search={{ in: through }}
      className={buttonClass("primary")}
    >
      <ListVideo aria-hidden size={18} />
      {library.playAll}
    </Link>
  );
}
