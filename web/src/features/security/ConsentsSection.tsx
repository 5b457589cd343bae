import { Button, showToast, Skeleton, Switch } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";

import { formatDate } from "../../app/format";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { Failed } from "../Listing";
import { type Consent, consentsQuery, useDecide } from "./privacy-queries";
import { Section } from "./Section";

export function ConsentsSection() {
  const text = useText();
  const words = text.privacy.consents;
  const consents = useQuery(consentsQuery);
  return (
    <Section id="consents" title={words.title} body={words.body}>
      {consents.isPending && <Skeleton className="h-32" />}
      {consents.isError && (
        <Failed error={consents.error} onRetry={() => void consents.refetch()} />
      )}
      {consents.data?.items.map((consent) => (
        <ConsentLine key={consent.kind} consent={consent} version={consents.data.version} />
      ))}
    </Section>
  );
}

function ConsentLine({ consent, version }: { consent: Consent; version: string }) {
  const text = useText();
  const showError = useErrorToast();
  const words = text.privacy.consents;
  const decide = useDecide();
  const { kind } = consent;
  const say = (is_given: boolean) =>
    decide.mutate(
      { version, kind, is_given },
      {
        onSuccess: () => showToast(words.saved),
        onError: showError,
      },
    );
  const name = words.names[kind] ?? kind;
  if (kind !== "terms") {
    return (
      <Switch
        label={name}
        hint={words.hints[kind]}
        isOn={decide.isPending ? decide.variables.is_given : consent.is_given}
        onChange={say}
      />
    );
  }
  const isAgreed = consent.is_given && consent.is_current;
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 py-1.5">
      <div className="grid gap-0.5">
        <span className="font-semibold">{name}</span>
        <span className="text-sm text-muted">
          {isAgreed && consent.at !== null
            ? words.agreedOn(formatDate(consent.at))
            : words.hints[kind]}
        </span>
      </div>
      {!isAgreed && (
        <Button size="sm" isBusy={decide.isPending} onClick={() => say(true)}>
          {words.agree}
        </Button>
      )}
    </div>
  );
}
