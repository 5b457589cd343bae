import { buttonClass, EmptyState, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Cog } from "lucide-react";
import { type ReactNode, useId } from "react";

import { sentenceOf } from "../app/api";
import { useText } from "../app/i18n";
import { PageHeading } from "../features/PageHeading";
import { ProblemNotice } from "../features/ProblemNotice";
import { JobList } from "../features/processing/JobList";
import { ProcessingCard } from "../features/processing/ProcessingCard";
import { deadJobsQuery, processingQuery, workersQuery } from "../features/processing/queries";
import { WorkerList } from "../features/processing/WorkerList";
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
      <DeadJobs />
      <Workers />
    </div>
  );
}

function DeadJobs() {
  const text = useText().processing;
  const dead = useQuery(deadJobsQuery);
  if (!dead.data?.length) return null;
  return (
    <Section title={text.deadTitle} intro={text.deadIntro}>
      <JobList jobs={dead.data} />
    </Section>
  );
}

function Workers() {
  const text = useText();
  const workers = useQuery(workersQuery);
  return (
    <Section title={text.processing.workersTitle} intro={text.processing.workersIntro}>
      {workers.isPending && <Skeleton className="h-28" />}
      {workers.isError && (
        <ProblemNotice
          sentence={sentenceOf(workers.error, text)}
          onRetry={() => void workers.refetch()}
        />
      )}
      {workers.data?.length === 0 && <p>{text.processing.noWorkers}</p>}
      <WorkerList workers={workers.data ?? []} />
    </Section>
  );
}

function Section({
  title,
  intro,
  children,
}: {
  title: string;
  intro: string;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="mt-12 grid gap-4">
      <div className="grid gap-1">
        <h2 id={id} className="text-2xl">
          {title}
        </h2>
        <p className="text-muted">{intro}</p>
      </div>
      {children}
    </section>
  );
}
