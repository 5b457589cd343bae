import { buttonClass, EmptyState, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowLeft, Clapperboard } from "lucide-react";

import { isStatus } from "../app/api";
import { useText } from "../app/i18n";
import { NotFoundScreen, ProblemState } from "../app/screens";
import { titleQuery } from "../features/catalog/queries";
import { ChecksSection } from "../features/media/ChecksSection";
import { LadderSection } from "../features/media/LadderSection";
import { PosterSection } from "../features/media/PosterSection";
import { ScenesSection } from "../features/media/ScenesSection";
import { SubtitlesSection } from "../features/media/SubtitlesSection";
import { PageHeading } from "../features/PageHeading";
import { Permitted } from "../features/staff/Permitted";

const route = getRouteApi("/member/layout/titles/$id/media");

export function TitleMediaPage() {
  return (
    <Permitted to="titles.edit">
      <TitleMedia />
    </Permitted>
  );
}

function TitleMedia() {
  const text = useText();
  const { id } = route.useParams();
  const title = useQuery(titleQuery(id));
  if (isStatus(title.error, 404) || isStatus(title.error, 422)) return <NotFoundScreen />;
  if (title.isError) {
    return <ProblemState error={title.error} onRetry={() => void title.refetch()} />;
  }
  if (title.isPending) {
    return (
      <div
        role="status"
        aria-label={text.common.loading}
        className="gutter mx-auto max-w-5xl pt-12"
      >
        <h1 className="sr-only">{text.common.loading}</h1>
        <Skeleton className="h-64" />
      </div>
    );
  }
  const assetId = title.data.asset_id;
  return (
    <div className="gutter mx-auto max-w-5xl">
      <PageHeading
        title={text.media.title}
        intro={text.media.intro(title.data.name)}
        action={
          <Link to="/titles/$id" params={{ id }} className={buttonClass("secondary")}>
            <ArrowLeft aria-hidden size={18} className="rtl:-scale-x-100" />
            {text.media.back}
          </Link>
        }
      />
      {assetId === null ? (
        <EmptyState
          icon={<Clapperboard aria-hidden size={36} />}
          title={text.media.noFilmTitle}
          action={
            <Link to="/upload" className={buttonClass("primary")}>
              {text.media.upload}
            </Link>
          }
        >
          {text.media.noFilmBody}
        </EmptyState>
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-6">
          <PosterSection id={assetId} />
          <SubtitlesSection id={assetId} />
          <ScenesSection id={assetId} />
          <LadderSection id={assetId} />
          <ChecksSection id={assetId} />
        </div>
      )}
    </div>
  );
}
