import type { Title } from "@streamverse/client";
import { Choice, EmptyState, Select, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Play, Tv } from "lucide-react";
import { useId } from "react";

import { formatDuration } from "../../app/format";
import { useText } from "../../app/i18n";
import { useContinued } from "../library/progress";
import { Watched } from "../library/Watched";
import { Failed } from "../Listing";
import { childrenQuery } from "./pages";
import { Poster } from "./Poster";
import { StateBadge } from "./StateBadge";
import { WatchedBar } from "./WatchedBar";

const MOST_IN_SIGHT = 6;

/**
 * The seasons of a series, one of them open with its episodes: that which the address says, or that
 * in which somebody stopped.
 */
export function Seasons({ id, season }: { id: string; season: number | undefined }) {
  const text = useText();
  const headingId = useId();
  const beneath = useQuery(childrenQuery(id));
  const left = useContinued(id);
  if (beneath.isPending || left.isLoading) return <Skeleton className="gutter mt-12 h-64" />;
  if (beneath.isError) {
    return <Failed error={beneath.error} onRetry={() => void beneath.refetch()} />;
  }
  const seasons = beneath.data.filter((child) => child.kind === "season");
  const open =
    seasons.find((child) => child.number === (season ?? left.data?.episode?.season)) ??
    seasons.find((child) => child.number !== 0) ??
    seasons[0];
  return (
    <section aria-labelledby={headingId} className="gutter mt-12">
      <h2 id={headingId} className="mb-4 text-2xl font-bold">
        {text.catalog.episodes}
      </h2>
      {open === undefined ? (
        <Episodes episodes={beneath.data.filter((child) => child.kind === "episode")} />
      ) : (
        <>
          {seasons.length > 1 && <SeasonChoice seasons={seasons} open={open} />}
          <EpisodesOf key={open.id} id={open.id} />
        </>
      )}
    </section>
  );
}

function SeasonChoice({ seasons, open }: { seasons: readonly Title[]; open: Title }) {
  const text = useText();
  const navigate = useNavigate({ from: "/titles/$id" });
  const choices = seasons.map((one) => ({
    value: one.id,
    label: one.number === null ? one.name : text.catalog.seasonName(one.number),
  }));
  const choose = (wanted: string) => {
    const number = seasons.find((one) => one.id === wanted)?.number;
    void navigate({
      search: number === null || number === undefined ? {} : { season: number },
      replace: true,
      resetScroll: false,
    });
  };
  if (seasons.length <= MOST_IN_SIGHT) {
    return (
      <Choice label={text.catalog.season} value={open.id} onChange={choose} choices={choices} />
    );
  }
  return (
    <Select
      label={text.catalog.season}
      value={open.id}
      onChange={(event) => choose(event.currentTarget.value)}
      className="max-w-64"
    >
      {choices.map(({ value, label }) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </Select>
  );
}

/** The episodes of one season. */
export function EpisodesOf({ id }: { id: string }) {
  const episodes = useQuery(childrenQuery(id));
  if (episodes.isPending) return <Skeleton className="mt-6 h-64" />;
  if (episodes.isError) {
    return <Failed error={episodes.error} onRetry={() => void episodes.refetch()} />;
  }
  return <Episodes episodes={episodes.data} />;
}

function Episodes({ episodes }: { episodes: readonly Title[] }) {
  const text = useText();
  if (episodes.length === 0) {
    return (
      <EmptyState icon={<Tv aria-hidden size={36} />} title={text.catalog.episodes}>
        {text.catalog.noEpisodes}
      </EmptyState>
    );
  }
  return (
    <Watched ids={episodes.map((episode) => episode.id)}>
      <ol className="mt-6 grid gap-3" aria-label={text.catalog.episodes}>
        {episodes.map((episode) => (
          <li key={episode.id}>
            <Episode episode={episode} />
          </li>
        ))}
      </ol>
    </Watched>
  );
}

function Episode({ episode }: { episode: Title }) {
  const text = useText();
  const isPlayable = episode.state === "ready" || episode.state === "playable";
  const picture = (
    <>
      <Poster title={episode} sizes="14rem" className="aspect-video rounded-card" />
      <WatchedBar title={episode} />
    </>
  );
  return (
    <article className="grid grid-cols-[8.5rem_minmax(0,1fr)] gap-4 rounded-2xl p-2 hover:bg-raised/60 sm:grid-cols-[14rem_minmax(0,1fr)] sm:gap-6 sm:p-3">
      {isPlayable ? (
        <Link
          to="/watch/$id"
          params={{ id: episode.id }}
          aria-label={text.catalog.playEpisode(episode.name)}
          className="group @container relative block self-start rounded-card"
        >
          {picture}
          <span className="absolute inset-0 grid place-items-center">
            <span className="grid size-12 place-items-center rounded-full bg-stage/75 text-stage-ink transition-transform group-hover:scale-110">
              <Play aria-hidden size={22} fill="currentColor" />
            </span>
          </span>
        </Link>
      ) : (
        <div className="@container relative self-start">{picture}</div>
      )}
      <div className="grid content-start gap-1.5 py-1">
        <h3 className="text-lg font-semibold wrap-anywhere">
          <Link to="/titles/$id" params={{ id: episode.id }} className="rounded hover:underline">
            {episode.number !== null && `${episode.number}. `}
            {episode.name}
          </Link>
        </h3>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
          {episode.duration_ms !== null && <span>{formatDuration(episode.duration_ms)}</span>}
          <StateBadge title={episode} />
        </div>
        {episode.description !== "" && (
          <p className="line-clamp-3 text-muted wrap-anywhere">{episode.description}</p>
        )}
      </div>
    </article>
  );
}
