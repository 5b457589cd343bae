import { buttonClass, EmptyState, Notice, Skeleton } from "@streamverse/ui";
import { Positions, webPlatform } from "@streamverse/player";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { clockTime } from "@streamverse/player";
import { Film, Play } from "lucide-react";
import { useSyncExternalStore } from "react";

import { isStatus } from "../app/api";
import { formatDuration, formatPercent } from "../app/format";
import { useText } from "../app/i18n";
import { ProblemState } from "../app/screens";
import { HeroBackdrop } from "../features/catalog/Hero";
import { type Title, titleQuery } from "../features/catalog/queries";
import { StateBadge } from "../features/catalog/StateBadge";
import { TitleActions } from "../features/catalog/TitleActions";
import { TitleFacts } from "../features/catalog/TitleFacts";

const route = getRouteApi("/member/layout/titles/$id");

export function TitlePage() {
  const { id } = route.useParams();
  const title = useQuery(titleQuery(id));
  if (title.isPending) return <TitleSkeleton />;
  // A malformed id is refused rather than not found; to a reader it is the same.
  if (isStatus(title.error, 404) || isStatus(title.error, 422)) return <NoSuchTitle />;
  if (title.data === undefined) {
    return <ProblemState error={title.error} onRetry={() => void title.refetch()} />;
  }
  return <TitleView title={title.data} />;
}

function TitleView({ title }: { title: Title }) {
  const text = useText();
  return (
    <article>
      <title>{`${title.name} · ${text.appName}`}</title>
      <header className="relative isolate grid min-h-[min(72dvh,48rem)] content-end overflow-hidden pt-28 pb-10">
        <HeroBackdrop title={title} />
        <div className="gutter grid max-w-5xl animate-rise gap-5">
          <h1 className="text-[clamp(2.25rem,5.5vw,5rem)] leading-[1.02] font-extrabold wrap-anywhere">
            {title.name}
          </h1>
          <div className="flex flex-wrap items-center gap-x-4 gap-y-2 font-medium text-muted">
            {title.year !== null && <span>{title.year}</span>}
            {title.duration_ms !== null && <span>{formatDuration(title.duration_ms)}</span>}
            {title.height !== null && <span>{title.height}p</span>}
            <StateBadge title={title} />
          </div>
          <div className="mt-2 flex flex-wrap gap-3">
            <PlayLink title={title} />
            <TitleActions title={title} />
          </div>
        </div>
      </header>
      <div className="gutter mt-4 grid gap-10 lg:grid-cols-[minmax(0,2fr)_minmax(16rem,1fr)] lg:gap-16">
        <div className="grid max-w-3xl content-start gap-6">
          {title.problem !== null && <Notice tone="danger">{title.problem.detail}</Notice>}
          <p className="text-xl leading-relaxed whitespace-pre-line wrap-anywhere">
            {title.description || <span className="text-muted">{text.title.noDescription}</span>}
          </p>
        </div>
        <TitleFacts title={title} />
      </div>
    </article>
  );
}

function PlayLink({ title }: { title: Title }) {
  const text = useText();
  const left = usePosition(title.id);
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

const positions = new Positions(webPlatform.memory);
const never = () => () => undefined;

/** Where the film was left; read again once the player of the page before has written it down. */
function usePosition(titleId: string): number | null {
  return useSyncExternalStore(never, () => positions.find(titleId));
}

function NoSuchTitle() {
  const text = useText();
  return (
    <EmptyState
      as="h1"
      icon={<Film aria-hidden size={36} />}
      title={text.title.notFound}
      action={
        <Link to="/" className={buttonClass("primary")}>
          {text.common.goHome}
        </Link>
      }
    >
      <title>{`${text.title.notFound} · ${text.appName}`}</title>
      {text.title.notFoundBody}
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
