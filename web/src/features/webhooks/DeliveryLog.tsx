import type { Webhook, WebhookDelivery } from "@streamverse/client";
import { Badge, type BadgeTone, Button, Dialog, showToast, Skeleton } from "@streamverse/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";

import { sentenceOf } from "../../app/api";
import { formatMoment } from "../../app/format";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { ProblemNotice } from "../ProblemNotice";
import { deliveriesQuery, useRedeliver } from "./queries";

const tones: Readonly<Record<WebhookDelivery["state"], BadgeTone>> = {
  waiting: "accent",
  delivered: "good",
  failed: "danger",
};

/** What a webhook was told, the newest first, with the answer to every try. */
export function DeliveryLog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const text = useText();
  const query = useInfiniteQuery(deliveriesQuery(webhook.id));
  const deliveries = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={text.webhooks.log}
      description={webhook.url}
      closeLabel={text.common.close}
      className="max-w-3xl"
    >
      {query.isPending && <Skeleton className="h-40" />}
      {query.isError && (
        <ProblemNotice
          sentence={sentenceOf(query.error, text)}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isSuccess && deliveries.length === 0 && (
        <p className="text-muted">{text.webhooks.logEmpty}</p>
      )}
      <ul aria-label={text.webhooks.logOf(webhook.url)} className="grid">
        {deliveries.map((delivery) => (
          <li key={delivery.id} className="border-t border-line py-4 first:border-0">
            <Delivery webhook={webhook} delivery={delivery} />
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          className="justify-self-center"
          isBusy={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {text.common.loadMore}
        </Button>
      )}
    </Dialog>
  );
}

function Delivery({ webhook, delivery }: { webhook: Webhook; delivery: WebhookDelivery }) {
  const text = useText();
  const showError = useErrorToast();
  const { webhooks } = text;
  const redeliver = useRedeliver(webhook.id);
  const canRedeliver = delivery.state !== "waiting" && webhook.is_enabled;
  return (
    <div className="grid gap-2">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="min-w-0 flex-1 basis-60">
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1 font-semibold wrap-anywhere">
            {delivery.kind}
            <Badge tone={tones[delivery.state]}>{webhooks.states[delivery.state]}</Badge>
          </p>
          <p className="text-sm text-muted">{formatMoment(delivery.created_at)}</p>
        </div>
        {canRedeliver && (
          <Button
            size="sm"
            icon={<RotateCw aria-hidden size={16} />}
            isBusy={redeliver.isPending}
            onClick={() =>
              redeliver.mutate(delivery.id, {
                onSuccess: () => showToast(webhooks.redelivered),
                onError: showError,
              })
            }
          >
            {webhooks.redeliver}
          </Button>
        )}
      </div>
      <ul className="grid gap-1 text-sm text-muted">
        {delivery.attempts.map((attempt) => (
          <li key={attempt.at} className="wrap-anywhere">
            {formatMoment(attempt.at)} ·{" "}
            {attempt.problem ?? webhooks.attempt(attempt.status, attempt.duration_ms)}
          </li>
        ))}
        {delivery.next_try_at !== null && delivery.attempts.length > 0 && (
          <li>{webhooks.nextTry(formatMoment(delivery.next_try_at))}</li>
        )}
      </ul>
      <details>
        <summary className="flex min-h-11 cursor-pointer items-center text-sm font-semibold">
          {webhooks.body}
        </summary>
        <pre className="overflow-x-auto rounded-xl bg-canvas p-4 text-sm" tabIndex={0}>
          {JSON.stringify(JSON.parse(delivery.body), null, 2)}
        </pre>
      </details>
    </div>
  );
}
