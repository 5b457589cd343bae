import type { Title, TitleDetails } from "@streamverse/client";
import { buttonClass, EmptyState, Notice, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { clockTime } from "@streamverse/player";
import { Film, Play, SkipForward } from "lucide-react";

import { isCode, isStatus } from "../app/api";
import { formatDuration, formatPercent } from "../app/format";
import { useText } from "../app/i18n";
import { ProblemState } from "../app/screens";
import { Chips, genreChips, tagChips } from "../features/catalog/Chips";
import { Credits } from "../features/catalog/Credits";
import { HeroBackdrop } from "../features/catalog/Hero";
import { detailsQuery } from "../features/catalog/pages";
import { Rail } from "../features/catalog/Rail";
import { EpisodesOf, Seasons } from "../features/catalog/Seasons";
import { ShareButton } from "../features/catalog/ShareButton";
import { StateBadge } from "../features/catalog/StateBadge";
import { TitleActions } from "../features/catalog/TitleActions";
import { TitleFacts } from "../features/catalog/TitleFacts";
import { useContinued, useResumeSeconds } from "../features/library/progress";
import { WatchlistButton } from "../features/library/WatchlistButton";
import { Attributions } from "../features/matching/Attribution";
import { ReviewsSection } from "../features/social/ReviewsSection";

const route = getRouteApi("/member/layout/titles/$id");

export function TitlePage() {
  const { id } = route.useParams();
  const details = useQuery(detailsQuery(id));
  if (details.isPending) return <TitleSkeleton />;
  // A malformed id is refused rather than not found; to a reader it is the same.
  if (isStatus(details.error, 404) || isStatus(details.error, 422)) return <NoSuchTitle />;
  if (isCode(details.error, "catalog.title_not_here")) return <NoSuchTitle reason="notHere" />;
  if (isCode(details.error, "catalog.title_not_now")) return <NoSuchTitle reason="notNow" />;
  if (details.data === undefined) {
    return <ProblemState error={details.error} onRetry={() => void details.refetch()} />;
  }
  return <TitleView details={details.data} />;
}

function TitleView({ details }: { details: TitleDetails }) {
  const text = useText();
  const { season } = route.useSearch();
  const { title } = details;
  return (
    <article>
      <title>{`${title.name} · ${text.appName}`}</title>
      <TitleHeader details={details} />
      <div className="gutter mt-4 grid gap-10 lg:grid-cols-[minmax(0,2fr)_minmax(16rem,1fr)] lg:gap-16">
        <div className="grid max-w-3xl content-start gap-6">
          {title.problem !== null && <Notice tone="danger">{title.problem.detail}</Notice>}
          <p className="text-xl leading-relaxed whitespace-pre-line wrap-anywhere">
            {title.description || <span className="text-muted">{text.title.noDescription}</span>}
          </p>
          <Chips label={text.catalog.genres} chips={genreChips(details.genres)} />
          <Chips label={text.catalog.tags} chips={tagChips(details.tags)} />
        </div>
        <TitleFacts details={details} />
      </div>
      {title.kind === "series" && <Seasons id={title.id} season={season} />}
      {title.kind === "season" && (
        <section aria-label={text.catalog.episodes} className="gutter mt-8">
          <EpisodesOf id={title.id} />
        </section>
      )}
      <Credits credits={details.credits} />
      <ReviewsSection title={title} />
      <MoreRails details={details} />
      <Attributions kind={title.kind} numbers={details.external_ids} />
    </article>
  );
}

function TitleHeader({ details }: { details: TitleDetails }) {
  const text = useText();
  const { title } = details;
  const certification = Object.entries(details.certifications)[0]?.[1];
  return (
    <header className="relative isolate grid min-h-[min(72dvh,48rem)] content-end overflow-hidden pt-56 pb-10 lg:pt-28">
      <HeroBackdrop title={title} />
      <div className="gutter grid max-w-5xl animate-rise gap-5">
        <Above details={details} />
        <h1 className="text-[clamp(2.25rem,5.5vw,5rem)] leading-[1.02] font-extrabold wrap-anywhere">
          {title.name}
        </h1>
        {title.tagline !== "" && <p className="text-xl wrap-anywhere">{title.tagline}</p>}
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 font-medium text-muted">
          {title.year !== null && <span>{title.year}</span>}
          {certification !== undefined && <span>{certification}</span>}
          {certification === undefined && title.minimum_age !== null && (
            <span>{text.catalog.age(title.minimum_age)}</span>
          )}
          {title.duration_ms !== null && <span>{formatDuration(title.duration_ms)}</span>}
          {title.height !== null && <span>{title.height}p</span>}
          <StateBadge title={title} />
        </div>
        <div className="mt-2 flex flex-wrap gap-3">
          <MainAction details={details} />
          <WatchlistButton title={title} />
          <ShareButton name={title.name} />
          <TitleActions title={title} />
        </div>
      </div>
    </header>
  );
}

/** What an episode or a season belongs to. */
function Above({ details: { above, title } }: { details: TitleDetails }) {
  const text = useText();
  if (above.length === 0) return null;
  const season = above.find((one) => one.kind === "season");
  const series = above.find((one) => one.kind === "series");
  const place =
    title.kind === "episode" &&
    title.number !== null &&
    text.catalog.placeOf(season?.number ?? 1, title.number);
  return (
    <p className="flex flex-wrap gap-x-3 font-semibold">
      {series !== undefined && (
        <Link
          to="/titles/$id"
          params={{ id: series.id }}
          search={season?.number == null ? {} : { season: season.number }}
          className="link"
        >
          {series.name}
        </Link>
      )}
      {place !== false && <span className="text-muted">{place}</span>}
    </p>
  );
}

function MainAction({ details }: { details: TitleDetails }) {
  const text = useText();
  const { title, next_episode: next } = details;
  if (title.kind === "series" || title.kind === "season") return <SeriesLink details={details} />;
  return (
    <>
      <PlayLink title={title} />
      {next !== null && (
        <Link to="/watch/$id" params={{ id: next.id }} className={buttonClass("secondary", "lg")}>
          <SkipForward aria-hidden size={20} />
          {text.catalog.next}
        </Link>
      )}
    </>
  );
}

/** Goes on with a series where it was left, or begins it. */
function SeriesLink({ details: { title, above, next_episode: first } }: { details: TitleDetails }) {
  const { catalog } = useText();
  const left = useContinued(above[0]?.id ?? title.id);
  if (first === null || left.isLoading) return null;
  const place = left.data?.episode;
  const goesOn = place != null && (title.kind === "series" || place.season === title.number);
  return (
    <Link
      to="/watch/$id"
      params={{ id: goesOn && left.data ? left.data.title.id : first.id }}
      className={buttonClass("primary", "lg")}
    >
      <Play aria-hidden size={22} fill="currentColor" />
      {goesOn ? catalog.goOn(place.season, place.number) : catalog.playFirst}
    </Link>
  );
}

/** The ways to other titles. */
function MoreRails({ details }: { details: TitleDetails }) {
  const { catalog } = useText();
  const railOf = (name: string, found: TitleDetails["related"]) =>
    found.length > 0 && (
      <Rail
        rail={{ name, items: found.map((one) => one.title) }}
        notes={Object.fromEntries(found.map((one) => [one.title.id, catalog.relations[one.kind]]))}
      />
    );
  return (
    <>
      {railOf(catalog.extras, details.extras)}
      {railOf(catalog.related, details.related)}
      {details.similar.length > 0 && (
        <Rail rail={{ name: catalog.similar, items: details.similar }} />
      )}
    </>
  );
}

function PlayLink({ title }: { title: Title }) {
  const text = useText();
  const left = useResumeSeconds(title.id);
  if (title.state === "ready" || title.state === "playable") {
    return (
      <Link to="/watch/$id" params={{ id: title.id }} className={buttonClass("primary", "lg")}>
        <Play aria-hidden size={22} fill="currentColor" />
        {left === null ? text.title.play : text.title.resume(clockTime(left))}
      </Link>
    );
  }
  if (title.state === "failed") return null;
  return (
    <Link to="/watch/$id" params={{ id: title.id }} className={buttonClass("secondary", "lg")}>
      {text.title.notYet}
      {title.progress !== null && ` · ${formatPercent(title.progress)}`}
    </Link>
  );
}

function NoSuchTitle({ reason = "notFound" }: { reason?: "notFound" | "notHere" | "notNow" }) {
  const text = useText();
  const said = text.title[reason];
  return (
    <EmptyState
      as="h1"
      icon={<Film aria-hidden size={36} />}
      title={said}
      action={
        <Link to="/" className={buttonClass("primary")}>
          {text.common.goHome}
        </Link>
      }
    >
      <title>{`${said} · ${text.appName}`}</title>
      {text.title[`${reason}Body`]}
    </EmptyState>
  );
}

function TitleSkeleton() {
  const text = useText();
  return (
    <div role="status" aria-label={text.common.loading} className="gutter">
      <h1 className="sr-only">{text.common.loading}</h1>
      <div className="grid min-h-[min(72dvh,48rem)] content-end gap-5 pb-10">
        <Skeleton className="h-16 w-2/3 max-w-2xl" />
        <Skeleton className="h-6 w-56" />
        <Skeleton className="h-13 w-72 rounded-full" />
      </div>
      <Skeleton className="h-28 max-w-3xl" />
    </div>
  );
}
