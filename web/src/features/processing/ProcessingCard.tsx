import type { ProcessingItem } from "@streamverse/client";
import { Badge, type BadgeTone, buttonClass, Card, Progress } from "@streamverse/ui";
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";

import { formatPercent, formatRoughTime } from "../../app/format";
import { useText } from "../../app/i18n";
import { JobList } from "./JobList";
import { isActive } from "./queries";

const tones: Record<ProcessingItem["stage"], BadgeTone> = {
  checking: "neutral",
  encoding: "accent",
  finishing: "accent",
  ready: "good",
  failed: "danger",
};

/** One title on its way to being ready. */
export function ProcessingCard({ item }: { item: ProcessingItem }) {
  const text = useText();
  return (
    <Card className="grid gap-4">
      <div className="flex items-start justify-between gap-3">
        <div className="flex min-h-9 min-w-0 flex-1 flex-wrap items-center gap-x-3 gap-y-2">
          <h2 className="font-sans text-lg leading-snug font-semibold tracking-normal wrap-anywhere">
            {item.name}
          </h2>
          <Badge tone={tones[item.stage]}>{text.processing.stages[item.stage]}</Badge>
        </div>
        {item.title_id !== null && (
          <Link
            to="/titles/$id"
            params={{ id: item.title_id }}
            className={buttonClass("secondary", "sm")}
          >
            {text.processing.openTitle}
          </Link>
        )}
      </div>
      {isActive(item) && (
        <div className="grid gap-2">
          <Progress label={text.processing.progressOf(item.name)} value={item.progress} />
          <p className="flex justify-between gap-4 text-muted tabular-nums">
            <span>{formatPercent(item.progress)}</span>
            {item.eta_seconds !== null && (
              <span>{text.timeLeft(formatRoughTime(item.eta_seconds))}</span>
            )}
          </p>
        </div>
      )}
      {item.problem !== null && (
        <p className="rounded-xl bg-danger-wash px-4 py-3 font-medium text-danger-text">
          {item.problem.detail}
        </p>
      )}
      {item.jobs.length > 0 && (
        <details className="group">
          <summary
            aria-label={text.processing.showJobs(item.name)}
            className="-ms-2 inline-flex min-h-11 cursor-pointer list-none items-center gap-1 rounded-full px-2 pe-4 font-semibold text-muted hover:text-ink [&::-webkit-details-marker]:hidden"
          >
            <ChevronRight
              aria-hidden
              size={20}
              className="transition-transform group-open:rotate-90 rtl:-scale-x-100"
            />
            {text.processing.jobs(item.jobs.length)}
          </summary>
          <JobList jobs={item.jobs} />
        </details>
      )}
    </Card>
  );
}
