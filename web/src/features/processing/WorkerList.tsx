import type { Worker } from "@streamverse/client";
import { Badge, Card } from "@streamverse/ui";

import { formatMoment, formatPercent } from "../../app/format";
import { useText } from "../../app/i18n";

/** The machines that do the work, and what each of them is doing now. */
export function WorkerList({ workers }: { workers: readonly Worker[] }) {
  return (
    <ul className="grid gap-3">
      {workers.map((worker) => (
        <li key={worker.name}>
          <WorkerCard worker={worker} />
        </li>
      ))}
    </ul>
  );
}

function WorkerCard({ worker }: { worker: Worker }) {
  const text = useText().processing;
  const state = worker.is_missed ? "missed" : worker.jobs.length > 0 ? "busy" : "idle";
  const tone = { missed: "danger", busy: "accent", idle: "good" } as const;
  return (
    <Card className="grid gap-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h3 className="font-sans text-lg leading-snug font-semibold tracking-normal wrap-anywhere">
          {worker.host || worker.name}
        </h3>
        <Badge tone={tone[state]}>{text.workerStates[state]}</Badge>
        <span className="text-sm text-muted wrap-anywhere">{worker.name}</span>
      </div>
      <dl className="grid gap-x-6 gap-y-1 text-sm sm:grid-cols-2">
        <Fact name={text.codecs}>{listOf(worker.offers)}</Fact>
        <Fact name={text.lanes}>{listOf(worker.lanes)}</Fact>
        <Fact name={text.threads}>{String(worker.threads)}</Fact>
        <Fact name={worker.is_missed ? text.lastSeen : text.runningSince}>
          {formatMoment(worker.is_missed ? worker.seen_at : worker.started_at)}
        </Fact>
      </dl>
      {worker.jobs.length > 0 && (
        <ul className="grid divide-y divide-line border-t border-line">
          {worker.jobs.map((job) => (
            <li key={job.id} className="flex justify-between gap-3 py-2">
              <span className="wrap-anywhere">{job.label}</span>
              {job.progress !== null && (
                <span className="text-muted tabular-nums">{formatPercent(job.progress)}</span>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div className="flex flex-wrap gap-x-2">
      <dt className="text-muted">{name}</dt>
      <dd className="wrap-anywhere">{children || "–"}</dd>
    </div>
  );
}

/** {h264: "libx264"} → "h264 (libx264)", {encode: 2} → "encode (2)". */
function listOf(entries: Record<string, string | number>): string {
  return Object.entries(entries)
    .map(([name, by]) => `${name} (${by})`)
    .join(", ");
}
