import { IconButton, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type ReactNode, useState } from "react";

import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { childrenQuery } from "../catalog/pages";
import type { Title } from "../catalog/queries";
import { moved } from "../library/arrange";
import { Failed } from "../Listing";
import { Section } from "../preferences/Section";
import { useOrder } from "./placing";

/** The seasons and episodes of a series in their order, which counts at once. */
export function OrderSection({ seriesId }: { seriesId: string }) {
  const { catalog, placing: words } = useText();
  const beneath = useQuery(childrenQuery(seriesId));
  const seasons = beneath.data?.filter(({ kind }) => kind === "season") ?? [];
  const loose = beneath.data?.filter(({ kind }) => kind === "episode") ?? [];
  return (
    <Section id="order" title={words.order} intro={words.orderIntro}>
      {beneath.isPending && <Skeleton className="h-24" />}
      {beneath.isError && <Failed error={beneath.error} onRetry={() => void beneath.refetch()} />}
      {beneath.data?.length === 0 && <p className="text-muted">{words.noSeasons}</p>}
      <Ordered label={catalog.season} parentId={seriesId} items={seasons}>
        {(season) => <EpisodesOf season={season} />}
      </Ordered>
      {loose.length > 0 && (
        <Ordered label={words.loose} parentId={seriesId} items={loose}>
          {() => null}
        </Ordered>
      )}
    </Section>
  );
}

function EpisodesOf({ season }: { season: Title }) {
  const { placing: words } = useText();
  const episodes = useQuery(childrenQuery(season.id));
  if (episodes.data === undefined) return <Skeleton className="h-12" />;
  if (episodes.data.length === 0) return <p className="text-muted">{words.none}</p>;
  return (
    <Ordered label={words.episodesOf(season.name)} parentId={season.id} items={episodes.data}>
      {() => null}
    </Ordered>
  );
}

function Ordered({
  label,
  parentId,
  items,
  children,
}: {
  label: string;
  parentId: string;
  items: readonly Title[];
  children: (item: Title) => ReactNode;
}) {
  const { placing: words } = useText();
  const showError = useErrorToast();
  const order = useOrder(parentId);
  const [said, setSaid] = useState("");
  const move = (from: number, to: number) => {
    const item = items[from];
    if (item === undefined) return;
    const done = () => setSaid(words.moved(item.name, to + 1, items.length));
    order.mutate(moved(items, from, to), { onSuccess: done, onError: showError });
  };
  return (
    <>
      <ol aria-label={label} className="grid gap-3 empty:hidden">
        {items.map((item, place) => (
          <li key={item.id} className="grid gap-3">
            <div className="flex items-center gap-2">
              <span className="w-10 text-end text-muted tabular-nums">{item.number ?? "–"}</span>
              <Link
                to="/titles/$id/edit"
                params={{ id: item.id }}
                aria-label={words.open(item.name)}
                className="link min-w-0 flex-1 wrap-anywhere"
              >
                {item.name}
              </Link>
              <IconButton
                label={words.up(item.name)}
                disabled={place === 0 || order.isPending}
                onClick={() => move(place, place - 1)}
              >
                <ArrowUp aria-hidden size={18} />
              </IconButton>
              <IconButton
                label={words.down(item.name)}
                disabled={place === items.length - 1 || order.isPending}
                onClick={() => move(place, place + 1)}
              >
                <ArrowDown aria-hidden size={18} />
              </IconButton>
            </div>
            <div className="ps-8 empty:hidden sm:ps-12">{children(item)}</div>
          </li>
        ))}
      </ol>
      <p role="status" className="sr-only">
        {said}
      </p>
    </>
  );
}
