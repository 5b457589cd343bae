import type { OwnPlan } from "@streamverse/client";
import { Badge, Button, ConfirmDialog, showToast, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Check, MonitorPlay, MonitorSmartphone } from "lucide-react";
import { useState } from "react";

import { formatAge, formatMoment } from "../app/format";
import { useText } from "../app/i18n";
import { useErrorToast } from "../app/use-error-toast";
import { allowedWords } from "../features/billing/allowed";
import { ownPlanQuery, useEndStream, useRemoveDevice } from "../features/billing/queries";
import { Failed } from "../features/Listing";
import { PageHeading } from "../features/PageHeading";
import { Row, Section } from "../features/security/Section";

/** What one may, who watches with the account, and on which devices. */
export function OwnPlanPage() {
  const { plans } = useText();
  const own = useQuery(ownPlanQuery);
  return (
    <div className="gutter mx-auto max-w-6xl">
      <PageHeading title={plans.own.title} intro={plans.own.intro} />
      {own.isPending && <Skeleton className="h-64" />}
      {own.isError && <Failed error={own.error} onRetry={() => void own.refetch()} />}
      {own.data !== undefined && (
        <>
          <Allows plan={own.data} />
          <Streams plan={own.data} />
          <Devices plan={own.data} />
        </>
      )}
    </div>
  );
}

function Allows({ plan }: { plan: OwnPlan }) {
  const text = useText();
  const words = text.plans.own;
  return (
    <Section id="allows" title={plan.name ?? words.without} body={words.allows}>
      <ul aria-label={words.allows} className="grid gap-3 text-lg">
        {allowedWords(plan, text).map((allowed) => (
          <li key={allowed} className="flex items-center gap-3">
            <Check aria-hidden size={20} className="shrink-0 text-accent" />
            <span className="first-letter:uppercase">{allowed}</span>
          </li>
        ))}
      </ul>
      {plan.ends_at !== null && <p>{words.until(formatMoment(plan.ends_at))}</p>}
    </Section>
  );
}

function Streams({ plan }: { plan: OwnPlan }) {
  const text = useText();
  const words = text.plans.own;
  const { tooMany } = text.watching;
  const showError = useErrorToast();
  const end = useEndStream();
  const body = words.streamsBody(plan.streams.length, plan.streams_at_once);
  return (
    <Section id="streams" title={words.streams} body={body}>
      {plan.streams.length === 0 && <p className="text-muted">{words.nobody}</p>}
      {plan.streams.map((stream) => {
        const device = stream.device || tooMany.unknownDevice;
        return (
          <Row
            key={stream.id}
            icon={<MonitorPlay aria-hidden size={22} />}
            title={device}
            action={
              <Button
                size="sm"
                aria-label={tooMany.endOn(device)}
                isBusy={end.isPending && end.variables === stream.id}
                onClick={() =>
                  end.mutate(stream.id, {
                    onSuccess: () => showToast(words.ended),
                    onError: showError,
                  })
                }
              >
                {tooMany.end}
              </Button>
            }
          >
            <p>{stream.title ?? tooMany.hiddenTitle}</p>
            <p>{tooMany.began(formatAge(stream.since))}</p>
          </Row>
        );
      })}
    </Section>
  );
}

function Devices({ plan }: { plan: OwnPlan }) {
  const text = useText();
  const words = text.plans.own;
  const body = words.devicesBody(plan.devices.length, plan.devices_at_most);
  return (
    <Section id="devices" title={words.devices} body={body}>
      {plan.devices.length === 0 && <p className="text-muted">{words.noDevices}</p>}
      {plan.devices.map((device) => (
        <DeviceRow key={device.id} device={device} />
      ))}
    </Section>
  );
}

function DeviceRow({ device }: { device: OwnPlan["devices"][number] }) {
  const text = useText();
  const words = text.plans.own;
  const showError = useErrorToast();
  const remove = useRemoveDevice();
  const [isAsking, setIsAsking] = useState(false);
  const name = device.name || text.watching.tooMany.unknownDevice;
  return (
    <>
      <Row
        icon={<MonitorSmartphone aria-hidden size={22} />}
        title={name}
        badge={device.is_current && <Badge tone="accent">{text.security.sessions.here}</Badge>}
        action={
          !device.is_current && (
            <Button size="sm" aria-label={words.removeOf(name)} onClick={() => setIsAsking(true)}>
              {words.remove}
            </Button>
          )
        }
      />
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.removeTitle(name)}
        description={words.removeBody}
        confirmLabel={words.remove}
        cancelLabel={text.common.cancel}
        closeLabel={text.common.close}
        isBusy={remove.isPending}
        onConfirm={() =>
          remove.mutate(device.id, {
            onSuccess: () => showToast(words.removed(name)),
            onError: showError,
            onSettled: () => setIsAsking(false),
          })
        }
      />
    </>
  );
}
