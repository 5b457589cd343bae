import type { LiveTarget } from "@streamverse/client";
import {
  Badge,
  type BadgeTone,
  Button,
  Card,
  ConfirmDialog,
  EmptyState,
  IconButton,
  Notice,
  showToast,
  Skeleton,
  Switch,
} from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Pencil, Plus, Share2, Trash2 } from "lucide-react";
import { useState } from "react";

import { sentenceOf } from "../../app/api";
import { formatAge, formatBitrate, formatNumber } from "../../app/format";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { ProblemNotice } from "../ProblemNotice";
import { targetsQuery, useChangeTarget, useRemoveTarget } from "./target-queries";
import { AddTargetDialog, ChangeTargetDialog } from "./TargetDialog";

const TONES: Record<LiveTarget["state"], BadgeTone> = {
  off: "neutral",
  waiting: "neutral",
  connecting: "accent",
  sending: "good",
  failing: "danger",
};

/** The services that a stream is sent on to, and how that goes. */
export function Restreams({ streamId }: { streamId: string }) {
  const text = useText();
  const { restreams: words } = text;
  const query = useQuery(targetsQuery(streamId));
  const targets = query.data ?? [];
  const [isAdding, setIsAdding] = useState(false);
  const add = (
    <Button icon={<Plus aria-hidden size={18} />} onClick={() => setIsAdding(true)}>
      {words.add}
    </Button>
  );
  return (
    <section aria-labelledby="restreams" className="mt-4 grid gap-4">
      <div className="flex flex-wrap items-end justify-between gap-4">
        <div className="grid gap-1">
          <h2 id="restreams" className="text-2xl font-bold">
            {words.title}
          </h2>
          <p className="text-muted">{words.intro}</p>
        </div>
        {targets.length > 0 && add}
      </div>
      {query.isPending && <Skeleton className="h-32" />}
      {query.isError && (
        <ProblemNotice
          sentence={sentenceOf(query.error, text)}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isSuccess && targets.length === 0 && (
        <Card>
          <EmptyState icon={<Share2 aria-hidden size={36} />} title={words.emptyTitle} action={add}>
            {words.emptyBody}
          </EmptyState>
        </Card>
      )}
      {targets.length > 0 && (
        <ul aria-label={words.title} className="grid gap-3 lg:grid-cols-2">
          {targets.map((target) => (
            <li key={target.id}>
              <TargetCard streamId={streamId} target={target} />
            </li>
          ))}
        </ul>
      )}
      {isAdding && <AddTargetDialog streamId={streamId} onClose={() => setIsAdding(false)} />}
    </section>
  );
}

function TargetCard({ streamId, target }: { streamId: string; target: LiveTarget }) {
  const { restreams: words } = useText();
  const change = useChangeTarget(streamId, target.id);
  const onError = useErrorToast();
  return (
    <Card className="grid h-full content-between gap-4">
      <div className="grid gap-2">
        <h3 className="flex flex-wrap items-center gap-2 text-lg font-semibold wrap-anywhere">
          {target.name}
          <Badge tone={TONES[target.state]}>{words.states[target.state]}</Badge>
        </h3>
        <p className="text-sm text-muted wrap-anywhere">
          {words.where(target.server, target.key_end)}
        </p>
        {target.state === "sending" && (
          <p className="flex flex-wrap gap-x-4 text-sm text-muted tabular-nums">
            {target.since !== null && <span>{words.since(formatAge(target.since))}</span>}
            <span>{formatBitrate(target.bitrate_bps)}</span>
          </p>
        )}
        {target.dropped_pictures > 0 && (
          <p className="text-sm text-muted">
            {words.dropped(formatNumber(target.dropped_pictures))}
          </p>
        )}
        {target.problem !== null && (
          <Notice tone="danger">{`${target.problem} ${words.retried}`}</Notice>
        )}
      </div>
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 border-t border-line pt-3">
        <Switch
          label={words.send(target.name)}
          isOn={target.is_on}
          isDisabled={change.isPending}
          onChange={(is_on) => change.mutate({ is_on }, { onError })}
        />
        <Actions streamId={streamId} target={target} />
      </div>
    </Card>
  );
}

function Actions({ streamId, target }: { streamId: string; target: LiveTarget }) {
  const text = useText();
  const { restreams: words } = text;
  const [opened, setOpened] = useState<"change" | "remove" | null>(null);
  const remove = useRemoveTarget(streamId, target.id);
  const onError = useErrorToast();
  const close = () => setOpened(null);
  return (
    <div className="flex items-center gap-1">
      <IconButton label={words.change(target.name)} onClick={() => setOpened("change")}>
        <Pencil aria-hidden size={18} />
      </IconButton>
      <IconButton label={words.remove(target.name)} onClick={() => setOpened("remove")}>
        <Trash2 aria-hidden size={18} />
      </IconButton>
      {opened === "change" && (
        <ChangeTargetDialog streamId={streamId} target={target} onClose={close} />
      )}
      <ConfirmDialog
        isOpen={opened === "remove"}
        title={words.removeTitle(target.name)}
        description={words.removeBody}
        closeLabel={text.common.close}
        confirmLabel={words.removeNow}
        cancelLabel={text.common.cancel}
        onClose={close}
        onConfirm={() => {
          close();
          remove.mutate(undefined, {
            onSuccess: () => showToast(words.removed(target.name)),
            onError,
          });
        }}
      />
    </div>
  );
}
