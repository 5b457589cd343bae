import { buttonClass, EmptyState, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Cog } from "lucide-react";

import { sentenceOf } from "../app/api";
import { useText } from "../app/i18n";
import { PageHeading } from "../features/PageHeading";
import { ProblemNotice } from "../features/ProblemNotice";
import { ProcessingCard } from "../features/processing/ProcessingCard";
import { processingQuery } from "../features/processing/queries";
import { Permitted } from "../features/staff/Permitted";

export function ProcessingPage() {
  return (
    <Permitted to="jobs.manage">
      <Processing />
    </Permitted>
  );
}

function Processing() {
  const text = useText();
  const processing = useQuery(processingQuery);
  return (
    <div className="gutter mx-auto max-w-4xl">
      <PageHeading title={text.processing.title} intro={text.processing.intro} />
      {processing.isPending && <Skeleton className="h-36" />}
      {processing.isError && (
        <ProblemNotice
          sentence={sentenceOf(processing.error, text)}
          onRetry={() => void processing.refetch()}
        />
      )}
      {processing.data?.length === 0 && (
        <EmptyState
          icon={<Cog aria-hidden size={36} />}
          title={text.processing.emptyTitle}
          action={
            <Link to="/upload" className={buttonClass("primary")}>
              {text.nav.upload}
            </Link>
          }
        >
          {text.processing.emptyBody}
        </EmptyState>
      )}
      <ul className="grid gap-3">
        {processing.data?.map((item) => (
          <li key={item.asset_id}>
            <ProcessingCard item={item} />
          </li>
        ))}
      </ul>
    </div>
  );
}
