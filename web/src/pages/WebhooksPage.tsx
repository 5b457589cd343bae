import type { Webhook as Hook } from "@streamverse/client";
import {
  Badge,
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
import { Pencil, Plus, ScrollText, Send, Trash2, Webhook } from "lucide-react";
import { useState } from "react";

import { sentenceOf } from "../app/api";
import { formatAge } from "../app/format";
import { useText } from "../app/i18n";
import { useErrorToast } from "../app/use-error-toast";
import { PageHeading } from "../features/PageHeading";
import { ProblemNotice } from "../features/ProblemNotice";
import { Permitted } from "../features/staff/Permitted";
import { DeliveryLog } from "../features/webhooks/DeliveryLog";
import {
  useChangeWebhook,
  useRemoveWebhook,
  useTestWebhook,
  webhooksQuery,
} from "../features/webhooks/queries";
import { AddWebhookDialog, ChangeWebhookDialog } from "../features/webhooks/WebhookDialog";

export function WebhooksPage() {
  return (
    <Permitted to="webhooks.manage">
      <Webhooks />
    </Permitted>
  );
}

function Webhooks() {
  const text = useText();
  const query = useQuery(webhooksQuery);
  const hooks = query.data?.items ?? [];
  const kinds = query.data?.kinds ?? [];
  const [isAdding, setIsAdding] = useState(false);
  const add = (
    <Button
      variant="primary"
      icon={<Plus aria-hidden size={20} />}
      onClick={() => setIsAdding(true)}
    >
      {text.webhooks.add}
    </Button>
  );
  return (
    <div className="gutter mx-auto max-w-4xl">
      <PageHeading
        title={text.webhooks.title}
        intro={text.webhooks.intro}
        action={hooks.length > 0 && add}
      />
      {query.isPending && <Skeleton className="h-32" />}
      {query.isError && (
        <ProblemNotice
          sentence={sentenceOf(query.error, text)}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isSuccess && hooks.length === 0 && (
        <EmptyState
          icon={<Webhook aria-hidden size={36} />}
          title={text.webhooks.emptyTitle}
          action={add}
        >
          {text.webhooks.emptyBody}
        </EmptyState>
      )}
      <ul aria-label={text.webhooks.title} className="grid gap-3">
        {hooks.map((hook) => (
          <li key={hook.id}>
            <HookCard hook={hook} kinds={kinds} />
          </li>
        ))}
      </ul>
      {isAdding && <AddWebhookDialog kinds={kinds} onClose={() => setIsAdding(false)} />}
    </div>
  );
}

function HookCard({ hook, kinds }: { hook: Hook; kinds: readonly string[] }) {
  const text = useText();
  const { webhooks } = text;
  const change = useChangeWebhook(hook.id);
  const onError = useErrorToast();
  return (
    <Card className="grid gap-4">
      <div className="grid gap-2">
        <p className="flex flex-wrap items-center gap-2 font-semibold wrap-anywhere">
          {hook.url}
          {hook.is_enabled && hook.failing_since !== null && (
            <Badge tone="danger">{webhooks.failing(formatAge(hook.failing_since))}</Badge>
          )}
        </p>
        {hook.description !== "" && <p className="text-muted">{hook.description}</p>}
        <ul aria-label={webhooks.kinds} className="flex flex-wrap gap-1.5">
          {hook.kinds.map((kind) => (
            <li key={kind}>
              <Badge>{webhooks.kindNames[kind] ?? kind}</Badge>
            </li>
          ))}
        </ul>
      </div>
      {hook.disabled_because !== null && (
        <Notice tone="danger">{webhooks.disabled(hook.disabled_because)}</Notice>
      )}
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 border-t border-line pt-3">
        <Switch
          label={hook.is_enabled ? webhooks.on : webhooks.off}
          hint={webhooks.switch(new URL(hook.url).host)}
          isOn={hook.is_enabled}
          isDisabled={change.isPending}
          onChange={(is_enabled) => change.mutate({ is_enabled }, { onError })}
        />
        <Actions hook={hook} kinds={kinds} />
      </div>
    </Card>
  );
}

function Actions({ hook, kinds }: { hook: Hook; kinds: readonly string[] }) {
  const text = useText();
  const { webhooks } = text;
  const [opened, setOpened] = useState<"log" | "change" | "remove" | null>(null);
  const test = useTestWebhook(hook.id);
  const remove = useRemoveWebhook(hook.id);
  const close = () => setOpened(null);
  const onError = useErrorToast();
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button
        size="sm"
        icon={<Send aria-hidden size={16} />}
        isBusy={test.isPending}
        disabled={!hook.is_enabled}
        onClick={() =>
          test.mutate(undefined, { onSuccess: () => showToast(webhooks.tested), onError })
        }
      >
        {webhooks.test}
      </Button>
      <Button
        size="sm"
        icon={<ScrollText aria-hidden size={16} />}
        onClick={() => setOpened("log")}
      >
        {webhooks.log}
      </Button>
      <IconButton label={webhooks.changeOf(hook.url)} onClick={() => setOpened("change")}>
        <Pencil aria-hidden size={18} />
      </IconButton>
      <IconButton label={webhooks.remove(hook.url)} onClick={() => setOpened("remove")}>
        <Trash2 aria-hidden size={18} />
      </IconButton>
      {opened === "log" && <DeliveryLog webhook={hook} onClose={close} />}
      {opened === "change" && <ChangeWebhookDialog webhook={hook} kinds={kinds} onClose={close} />}
      <ConfirmDialog
        isOpen={opened === "remove"}
        onClose={close}
        title={webhooks.removeTitle}
        description={webhooks.removeBody}
        confirmLabel={webhooks.removeConfirm}
        cancelLabel={text.common.cancel}
        closeLabel={text.common.close}
        isBusy={remove.isPending}
        onConfirm={() =>
          remove.mutate(undefined, { onSuccess: () => showToast(webhooks.removed), onError })
        }
      />
    </div>
  );
}
