import { Progress } from "@streamverse/ui";
import { createContext, use } from "react";

import { formatPercent } from "../../app/format";
import { useText } from "../../app/i18n";

/** How far the reader has come with a title, from 0 to 1; null where they have not begun. */
export type WatchedOf = (titleId: string) => number | null;

/** Whoever keeps what was watched gives it here to all that is beneath. */
export const WatchedContext = createContext<WatchedOf>(() => null);

/** How far one has come, over the picture of a title. */
export function WatchedBar({ title }: { title: { id: string; name: string } }) {
  const text = useText();
  const watched = use(WatchedContext)(title.id);
  if (watched === null) return null;
  return (
    <Progress
      label={text.catalog.watched(title.name, formatPercent(watched))}
      value={watched}
      className="absolute inset-x-3 bottom-3"
    />
  );
}
