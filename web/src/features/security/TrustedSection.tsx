import { Badge, Button, showToast } from "@streamverse/ui";
import { useInfiniteQuery } from "@tanstack/react-query";

import { formatDate } from "../../app/format";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { DeviceIcon } from "./DeviceIcon";
import { Listing } from "../Listing";
import { acts, type Device, trustedQuery, useAct } from "./queries";
import { Row, Section } from "./Section";

export function TrustedSection() {
  const text = useText();
  const words = text.security.trusted;
  return (
    <Section id="trusted" title={words.title} body={words.body}>
      <Listing query={useInfiniteQuery(trustedQuery)} keyOf={({ id }) => id} empty={words.none}>
        {(device) => <TrustedRow device={device} />}
      </Listing>
    </Section>
  );
}

function TrustedRow({ device }: { device: Device }) {
  const text = useText();
  const showError = useErrorToast();
  const words = text.security.trusted;
  const end = useAct(acts.endTrust);
  return (
    <Row
      icon={<DeviceIcon kind={device.kind} />}
      title={device.name}
      badge={device.is_current && <Badge tone="accent">{text.security.sessions.here}</Badge>}
      action={
        <Button
          size="sm"
          aria-label={words.endOf(device.name)}
          isBusy={end.isPending}
          onClick={() =>
            end.mutate(device.id, {
              onSuccess: () => showToast(words.ended(device.name)),
              onError: showError,
            })
          }
        >
          {words.end}
        </Button>
      }
    >
      {device.trusted_until !== null && words.until(formatDate(device.trusted_until))}
    </Row>
  );
}
