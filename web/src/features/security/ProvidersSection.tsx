import { Button, ConfirmDialog, Notice, showToast } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Link2 } from "lucide-react";
import { useState } from "react";

import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { arrivalSentence } from "../identity/arrival";
import { providersQuery } from "../identity/queries";
import { acts, identitiesQuery, type LinkedIdentity, useAct } from "./queries";
import { Row, Section } from "./Section";

/** What other services one logs in with; nothing where the operator has set up none. */
export function ProvidersSection({ error }: { error: string | undefined }) {
  const text = useText();
  const words = text.security.providers;
  const providers = useQuery(providersQuery).data?.items ?? [];
  const identities = useQuery(identitiesQuery).data?.items ?? [];
  if (providers.length === 0 && identities.length === 0) return null;
  const others = identities.filter(
    (identity) => !providers.some((provider) => provider.id === identity.provider),
  );
  return (
    <Section id="providers" title={words.title} body={words.body}>
      {error !== undefined && <Notice tone="danger">{arrivalSentence(error, text)}</Notice>}
      <ul className="grid gap-3">
        {providers.map((provider) => (
          <li key={provider.id}>
            <ProviderRow
              id={provider.id}
              name={provider.name}
              identity={identities.find((identity) => identity.provider === provider.id)}
            />
          </li>
        ))}
        {others.map((identity) => (
          <li key={identity.id}>
            <ProviderRow id={identity.provider} name={identity.provider} identity={identity} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function ProviderRow({
  id,
  name,
  identity,
}: {
  id: string;
  name: string;
  identity: LinkedIdentity | undefined;
}) {
  const text = useText();
  const words = text.security.providers;
  const link = useAct(acts.beginLink);
  const failed = useErrorToast();
  const depart = () =>
    link.mutate(id, {
      onSuccess: ({ address }) => window.location.assign(address),
      onError: failed,
    });
  if (identity !== undefined)
    return <LinkedRow name={name} identity={identity} onFailed={failed} />;
  return (
    <Row
      icon={<Link2 aria-hidden size={22} />}
      title={name}
      action={
        <Button
          size="sm"
          aria-label={words.linkOf(name)}
          isBusy={link.isPending || link.isSuccess}
          onClick={depart}
        >
          {words.link}
        </Button>
      }
    >
      {words.notLinked}
    </Row>
  );
}

function LinkedRow({
  name,
  identity,
  onFailed,
}: {
  name: string;
  identity: LinkedIdentity;
  onFailed: (error: Error) => void;
}) {
  const text = useText();
  const words = text.security.providers;
  const [isAsking, setIsAsking] = useState(false);
  const unlink = useAct(acts.unlink);
  return (
    <Row
      icon={<Link2 aria-hidden size={22} />}
      title={name}
      action={
        <Button size="sm" aria-label={words.unlinkOf(name)} onClick={() => setIsAsking(true)}>
          {words.unlink}
        </Button>
      }
    >
      {identity.email === null ? words.linkedPlain : words.linked(identity.email)}
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.unlinkTitle(name)}
        description={words.unlinkBody(name)}
        confirmLabel={words.unlink}
        cancelLabel={text.common.cancel}
        closeLabel={text.common.close}
        isBusy={unlink.isPending}
        onConfirm={() =>
          unlink.mutate(identity.id, {
            onSuccess: () => showToast(words.unlinked(name)),
            onError: onFailed,
            onSettled: () => setIsAsking(false),
          })
        }
      />
    </Row>
  );
}
