import type { Census } from "@streamverse/client";
import { Button, ConfirmDialog, Notice, Progress } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Search, Trash2 } from "lucide-react";
import { useState } from "react";

import { formatAge, formatBytes } from "../../app/format";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { Section } from "../security/Section";
import { censusesQuery, useOrderCensus } from "./queries";

/** What nothing refers to: first looked at, then deleted; only the first tenant has this. */
export function OrphanSection() {
  const text = useText();
  const showError = useErrorToast();
  const { orphans } = text.storage;
  const censuses = useQuery(censusesQuery);
  const order = useOrderCensus();
  const [isAsking, setIsAsking] = useState(false);
  if (!censuses.data) return null;
  const latest = censuses.data[0];
  const isUnderWay = latest?.finished_at === null;
  const canDelete = !isUnderWay && latest?.is_dry_run === true && (latest.orphans?.count ?? 0) > 0;
  const start = (isDryRun: boolean) =>
    order.mutate(isDryRun, {
      onError: showError,
      onSettled: () => setIsAsking(false),
    });
  return (
    <Section id="orphans" title={orphans.title} body={orphans.body}>
      {latest && <Found census={latest} />}
      <div className="flex flex-wrap gap-3">
        <Button
          icon={<Search aria-hidden size={18} />}
          isBusy={order.isPending}
          disabled={isUnderWay}
          onClick={() => start(true)}
        >
          {orphans.look}
        </Button>
        {canDelete && (
          <Button
            variant="danger"
            icon={<Trash2 aria-hidden size={18} />}
            onClick={() => setIsAsking(true)}
          >
            {orphans.delete}
          </Button>
        )}
      </div>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={orphans.deleteTitle}
        description={orphans.deleteBody}
        confirmLabel={orphans.delete}
        cancelLabel={text.common.cancel}
        closeLabel={text.common.close}
        isBusy={order.isPending}
        onConfirm={() => start(false)}
      />
    </Section>
  );
}

function Found({ census }: { census: Census }) {
  const { orphans: words } = useText().storage;
  if (census.problem) return <Notice tone="danger">{census.problem.detail}</Notice>;
  if (!census.orphans || !census.deleted || !census.unclaimed) {
    return <Progress label={census.is_dry_run ? words.searching : words.deleting} value={null} />;
  }
  const { count, size_bytes } = census.is_dry_run ? census.orphans : census.deleted;
  const sentence = census.is_dry_run ? words.found : words.deleted;
  return (
    <div className="grid gap-2" role="status">
      <p>
        {count === 0 && census.is_dry_run
          ? words.none
          : sentence(count.toLocaleString(), formatBytes(size_bytes))}{" "}
        <span className="text-muted">{words.when(formatAge(census.started_at))}</span>
      </p>
      {census.unclaimed.count > 0 && (
        <p className="text-sm text-muted">
          {words.unclaimed(census.unclaimed.count.toLocaleString())}
        </p>
      )}
      {census.examples.length > 0 && (
        <details>
          <summary className="flex min-h-11 cursor-pointer items-center font-semibold">
            {words.examples}
          </summary>
          <ul className="grid max-h-60 gap-1 overflow-y-auto font-mono text-sm wrap-anywhere text-muted">
            {census.examples.map((name) => (
              <li key={name}>{name}</li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
