import type { AuditEntry } from "@streamverse/client";
import { Badge, EmptyState } from "@streamverse/ui";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ChevronDown, Link2, ScrollText } from "lucide-react";
import { useState } from "react";

import { formatMoment } from "../app/format";
import { useText } from "../app/i18n";
import { AuditFilterForm } from "../features/audit/AuditFilterForm";
import { BrokenChain, ChainBadge } from "../features/audit/ChainBadge";
import { auditQuery } from "../features/audit/queries";
import { actionName, auditSentence, noFilters } from "../features/audit/sentence";
import { accountsQuery } from "../features/identity/queries";
import { Listing } from "../features/Listing";
import { PageHeading } from "../features/PageHeading";
import { Permitted } from "../features/staff/Permitted";
import { useMay } from "../features/staff/queries";

export function AuditLogPage() {
  return (
    <Permitted to="audit.read">
      <Log />
    </Permitted>
  );
}

function Log() {
  const text = useText();
  const { auditLog } = text;
  const [filters, setFilters] = useState(noFilters);
  const mayRead = useMay("accounts.read") === true;
  const accounts = useQuery({ ...accountsQuery, enabled: mayRead }).data ?? [];
  const names = new Map(accounts.map(({ id, display_name }) => [id, display_name]));
  return (
    <div className="gutter mx-auto max-w-5xl">
      <PageHeading title={auditLog.title} intro={auditLog.intro} action={<ChainBadge />} />
      <BrokenChain />
      <AuditFilterForm filters={filters} accounts={accounts} onChange={setFilters} />
      <Listing
        query={useInfiniteQuery(auditQuery(filters))}
        keyOf={({ seq }) => seq}
        label={auditLog.title}
        className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-surface"
        empty={
          <EmptyState icon={<ScrollText aria-hidden size={36} />} title={auditLog.emptyTitle}>
            {auditLog.emptyBody}
          </EmptyState>
        }
      >
        {(entry) => <Entry entry={entry} sentence={auditSentence(entry, names, text)} />}
      </Listing>
      <p className="mt-8 flex items-start gap-3 text-sm text-muted">
        <Link2 aria-hidden size={18} className="mt-0.5 shrink-0" />
        <span>
          {auditLog.chain} <code className="font-mono text-ink">streamverse audit verify</code>.
        </span>
      </p>
    </div>
  );
}

function Entry({ entry, sentence }: { entry: AuditEntry; sentence: string }) {
  const text = useText();
  const { auditLog } = text;
  const details = [
    [auditLog.entry, String(entry.seq)],
    [auditLog.subject, entry.subject],
    [auditLog.place, entry.place || text.mails.nobody],
    [auditLog.fingerprint, entry.hash],
    ...Object.entries(entry.facts).map(([name, fact]) => [name, shown(fact)] as const),
  ] as const;
  return (
    <details className="group">
      <summary className="flex min-h-14 cursor-pointer list-none items-center gap-4 px-4 py-3 transition-colors hover:bg-hover sm:px-5">
        <div className="flex min-w-0 flex-1 flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
          <span className="min-w-0 basis-96 grow font-medium wrap-anywhere">{sentence}</span>
          <span className="text-sm whitespace-nowrap text-muted">{formatMoment(entry.at)}</span>
        </div>
        <ChevronDown
          aria-hidden
          size={18}
          className="shrink-0 text-muted transition-transform group-open:rotate-180"
        />
      </summary>
      <div className="grid gap-3 border-t border-line bg-canvas px-4 py-4 sm:px-5">
        <p className="flex flex-wrap gap-2">
          <Badge tone="accent">{actionName(entry.action, text)}</Badge>
          {entry.api_key_id !== null && <Badge>{auditLog.apiKey}</Badge>}
        </p>
        <dl className="grid gap-x-6 gap-y-2 text-sm sm:grid-cols-[10rem_minmax(0,1fr)]">
          {details.map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-muted">{name}</dt>
              <dd className="font-mono wrap-anywhere">{value}</dd>
            </div>
          ))}
        </dl>
      </div>
    </details>
  );
}

function shown(fact: unknown): string {
  if (Array.isArray(fact)) return fact.join(", ") || "–";
  return typeof fact === "string" ? fact : JSON.stringify(fact);
}
