import type { Job } from "@streamverse/client";
import { Badge, type BadgeTone, IconButton, Progress } from "@streamverse/ui";
import { RotateCcw, X } from "lucide-react";

import { formatPercent, formatRoughTime } from "../../app/format";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { useJobCommand } from "./queries";

const tones: Record<Job["state"], BadgeTone> = {
  queued: "neutral",
  running: "accent",
  done: "good",
  dead: "danger",
  cancelled: "neutral",
};

export function JobList({ jobs }: { jobs: readonly Job[] }) {
  return (
    <ul className="mt-1 grid divide-y divide-line border-t border-line">
      {jobs.map((job) => (
        <JobRow key={job.id} job={job} />
      ))}
    </ul>
  );
}

function JobRow({ job }: { job: Job }) {
  const text = useText();
  const cancel = useJobCommand("cancel");
  const retry = useJobCommand("retry");
  const onError = useErrorToast();
  const mayCancel = job.state === "queued" || job.state === "running";
  const mayRetry = job.state === "dead" || job.state === "cancelled";
  const notes = [
    job.attempts > 1 && text.processing.attempts(job.attempts),
    job.eta_seconds !== null &&
      job.state === "running" &&
      text.timeLeft(formatRoughTime(job.eta_seconds)),
  ].filter((note) => note !== false);
  return (
    <li className="grid gap-2 py-2.5">
      <div className="flex min-h-11 items-center gap-3">
        <div className="flex min-w-0 flex-1 flex-wrap items-baseline justify-between gap-x-3">
          <span className="wrap-anywhere">{job.label}</span>
          {notes.length > 0 && <span className="text-sm text-muted">{notes.join(" · ")}</span>}
        </div>
        <Badge tone={tones[job.state]}>
          {text.processing.jobStates[job.state]}
          {job.state === "running" && job.progress !== null && (
            <span className="tabular-nums">{formatPercent(job.progress)}</span>
          )}
        </Badge>
        {mayCancel && (
          <IconButton
            label={text.processing.cancelJob(job.label)}
            disabled={cancel.isPending}
            onClick={() => cancel.mutate(job.id, { onError })}
          >
            <X aria-hidden size={18} />
          </IconButton>
        )}
        {mayRetry && (
          <IconButton
            label={text.processing.retryJob(job.label)}
            disabled={retry.isPending}
            onClick={() => retry.mutate(job.id, { onError })}
          >
            <RotateCcw aria-hidden size={18} />
          </IconButton>
        )}
      </div>
      {job.state === "running" && (
        <Progress label={text.processing.progressOf(job.label)} value={job.progress} />
      )}
      {job.problem !== null && job.state !== "cancelled" && (
        <p className="text-sm text-danger-text wrap-anywhere">{job.problem.detail}</p>
      )}
    </li>
  );
}
