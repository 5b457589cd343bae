import type { ApiKey } from "@streamverse/client";
import {
  Badge,
  Button,
  Card,
  ConfirmDialog,
  EmptyState,
  IconButton,
  showToast,
} from "@streamverse/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { KeyRound, Plus, Trash2 } from "lucide-react";
import { useState } from "react";

import { formatAge, formatDate } from "../app/format";
import { useText } from "../app/i18n";
import { useErrorToast } from "../app/use-error-toast";
import { Listing } from "../features/Listing";
import { PageHeading } from "../features/PageHeading";
import { MakeKeyDialog } from "../features/staff/MakeKeyDialog";
import { Permitted } from "../features/staff/Permitted";
import { apiKeysQuery, useRevokeKey } from "../features/staff/queries";

export function ApiKeysPage() {
  return (
    <Permitted to="api_keys.manage">
      <Keys />
    </Permitted>
  );
}

function Keys() {
  const text = useText();
  const query = useInfiniteQuery(apiKeysQuery);
  const hasKeys = query.data?.pages.some((page) => page.items.length > 0) === true;
  const [isMaking, setIsMaking] = useState(false);
  const make = (
    <Button
      variant="primary"
      icon={<Plus aria-hidden size={20} />}
      onClick={() => setIsMaking(true)}
    >
      {text.apiKeys.make}
    </Button>
  );
  return (
    <div className="gutter mx-auto max-w-4xl">
      <PageHeading title={text.apiKeys.title} intro={text.apiKeys.intro} action={hasKeys && make} />
      <Listing
        query={query}
        keyOf={({ id }) => id}
        label={text.apiKeys.title}
        empty={
          <EmptyState
            icon={<KeyRound aria-hidden size={36} />}
            title={text.apiKeys.emptyTitle}
            action={make}
          >
            {text.apiKeys.emptyBody}
          </EmptyState>
        }
      >
        {(key) => <KeyCard apiKey={key} />}
      </Listing>
      {isMaking && <MakeKeyDialog onClose={() => setIsMaking(false)} />}
    </div>
  );
}

function KeyCard({ apiKey }: { apiKey: ApiKey }) {
  const text = useText();
  const showError = useErrorToast();
  const { apiKeys: words } = text;
  const [isAsking, setIsAsking] = useState(false);
  const [openedAtMs] = useState(() => Date.now());
  const revoking = useRevokeKey();
  const isExpired = Date.parse(apiKey.expires_at) <= openedAtMs;
  const revoke = () =>
    revoking.mutate(apiKey.id, {
      onSuccess: () => showToast(words.revoked(apiKey.name)),
      onError: showError,
      onSettled: () => setIsAsking(false),
    });
  const facts = [
    words.made(formatDate(apiKey.created_at)),
    words.until(formatDate(apiKey.expires_at)),
    apiKey.last_used_at === null ? words.neverUsed : words.used(formatAge(apiKey.last_used_at)),
    words.rate(apiKey.requests_per_minute, apiKey.requests_per_day),
  ];
  return (
    <Card className="flex items-start gap-4">
      <KeyRound aria-hidden size={24} className="mt-0.5 shrink-0 text-accent-text" />
      <div className="grid min-w-0 flex-1 gap-2">
        <p className="flex flex-wrap items-center gap-2 font-semibold wrap-anywhere">
          {apiKey.name}
          {isExpired && <Badge tone="danger">{words.expired}</Badge>}
        </p>
        <p className="text-sm text-muted">{facts.join(" · ")}</p>
        <ul aria-label={words.scopes} className="flex flex-wrap gap-1.5">
          {apiKey.scopes.map((scope) => (
            <li key={scope}>
              <Badge>{text.permissions.names[scope] ?? scope}</Badge>
            </li>
          ))}
        </ul>
      </div>
      <IconButton label={words.revoke(apiKey.name)} onClick={() => setIsAsking(true)}>
        <Trash2 aria-hidden size={18} />
      </IconButton>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.revokeTitle(apiKey.name)}
        description={words.revokeBody}
        confirmLabel={words.revokeConfirm}
        cancelLabel={text.common.cancel}
        closeLabel={text.common.close}
        isBusy={revoking.isPending}
        onConfirm={revoke}
      />
    </Card>
  );
}
