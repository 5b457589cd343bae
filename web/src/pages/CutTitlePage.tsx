import { buttonClass, EmptyState, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowLeft, Scissors } from "lucide-react";

import { isStatus } from "../app/api";
import { useText } from "../app/i18n";
import { NotFoundScreen, ProblemState } from "../app/screens";
import { titleQuery } from "../features/catalog/queries";
import { PageHeading } from "../features/PageHeading";
import { CutEditor } from "../features/recordings/CutEditor";
import { cutQuery } from "../features/recordings/queries";
import { Permitted } from "../features/staff/Permitted";

const route = getRouteApi("/member/layout/titles/$id/cut");

export function CutTitlePage() {
  return (
    <Permitted to="titles.edit">
      <TitleToCut />
    </Permitted>
  );
}

function TitleToCut() {
  const text = useText();
  const { recordings } = text;
  const { id } = route.useParams();
  const title = useQuery(titleQuery(id));
  const cut = useQuery(cutQuery(id));
  const isRecorded = !isStatus(cut.error, 409);
  if (isStatus(title.error, 404) || isStatus(title.error, 422)) return <NotFoundScreen />;
  const error = title.error ?? (isRecorded ? cut.error : null);
  if (error !== null) {
    return <ProblemState error={error} onRetry={() => void cut.refetch()} />;
  }
  if (title.data === undefined || cut.isPending) {
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
  return (
    <div className="gutter mx-auto max-w-5xl">
      <PageHeading
        title={recordings.editTitle}
        intro={recordings.editIntro(title.data.name)}
        action={
          <Link to="/titles/$id" params={{ id }} className={buttonClass("secondary")}>
            <ArrowLeft aria-hidden size={18} className="rtl:-scale-x-100" />
            {recordings.back}
          </Link>
        }
      />
      {cut.data === undefined ? (
        <EmptyState icon={<Scissors aria-hidden size={36} />} title={recordings.notRecorded}>
          {recordings.notRecordedBody}
        </EmptyState>
      ) : (
        // What was trimmed or split begins anew.
        <CutEditor key={JSON.stringify(cut.data.parts)} title={title.data} cut={cut.data} />
      )}
    </div>
  );
}
