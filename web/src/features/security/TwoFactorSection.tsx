import { Badge, Button, ConfirmDialog, showToast, Skeleton } from "@streamverse/ui";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { BackupCodesDialog } from "./BackupCodes";
import { isFresh } from "./freshness";
import { Failed } from "../Listing";
import { acts, backupCodesQuery, mfaQuery, sessionsQuery, useAct } from "./queries";
import { Section } from "./Section";
import { SetUpAppDialog } from "./SetUpAppDialog";

const FEW = 3;

export function TwoFactorSection() {
  const text = useText();
  const words = text.security.twoFactor;
  const mfa = useQuery(mfaQuery);
  const [isSettingUp, setIsSettingUp] = useState(false);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const isOn = mfa.data?.is_enabled === true;
  return (
    <Section
      id="two-factor"
      title={words.title}
      body={words.body}
      badge={
        mfa.data && <Badge tone={isOn ? "good" : "neutral"}>{isOn ? words.on : words.off}</Badge>
      }
    >
      {mfa.isPending && <Skeleton className="h-12" />}
      {mfa.isError && <Failed error={mfa.error} onRetry={() => void mfa.refetch()} />}
      {mfa.data !== undefined && !isOn && (
        <Button
          variant="primary"
          className="justify-self-start"
          onClick={() => setIsSettingUp(true)}
        >
          {words.turnOn}
        </Button>
      )}
      {isOn && <TurnedOn onNewApp={() => setIsSettingUp(true)} onCodes={setCodes} />}
      {isSettingUp && (
        <SetUpAppDialog
          onClose={() => setIsSettingUp(false)}
          onDone={(made) => {
            setIsSettingUp(false);
            setCodes(made);
          }}
        />
      )}
      {codes !== null && <BackupCodesDialog codes={codes} onClose={() => setCodes(null)} />}
    </Section>
  );
}

function TurnedOn({
  onNewApp,
  onCodes,
}: {
  onNewApp: () => void;
  onCodes: (codes: readonly string[]) => void;
}) {
  const text = useText();
  const words = text.security.twoFactor;
  const [asking, setAsking] = useState<"off" | "codes" | null>(null);
  const disable = useAct(acts.disableMfa);
  const makeCodes = useAct(acts.makeBackupCodes);
  const failed = useErrorToast();
  const close = () => setAsking(null);
  return (
    <>
      <CodesLeft />
      <div className="flex flex-wrap gap-3">
        <Button onClick={() => setAsking("codes")}>{text.security.backup.make}</Button>
        <Button onClick={onNewApp}>{words.newApp}</Button>
        <Button variant="quiet" onClick={() => setAsking("off")}>
          {words.turnOff}
        </Button>
      </div>
      <ConfirmDialog
        isOpen={asking === "codes"}
        onClose={close}
        title={text.security.backup.makeTitle}
        description={text.security.backup.makeBody}
        confirmLabel={text.security.backup.make}
        cancelLabel={text.common.cancel}
        closeLabel={text.common.close}
        isBusy={makeCodes.isPending}
        onConfirm={() =>
          makeCodes.mutate(undefined, {
            onSuccess: ({ codes }) => onCodes(codes),
            onError: failed,
            onSettled: close,
          })
        }
      />
      <ConfirmDialog
        isOpen={asking === "off"}
        onClose={close}
        title={words.turnOffTitle}
        description={words.turnOffBody}
        confirmLabel={words.turnOff}
        cancelLabel={text.common.cancel}
        closeLabel={text.common.close}
        isBusy={disable.isPending}
        onConfirm={() =>
          disable.mutate(undefined, {
            onSuccess: () => showToast(words.turnedOff),
            onError: failed,
            onSettled: close,
          })
        }
      />
    </>
  );
}

/** The count is told only after a fresh log-in; it is not worth asking for one. */
function CodesLeft() {
  const text = useText();
  const sessions = useInfiniteQuery(sessionsQuery);
  const here = sessions.data?.pages.flatMap((page) => page.items).find((each) => each.is_current);
  const isTold = here !== undefined && isFresh(here.authenticated_at);
  const codes = useQuery({ ...backupCodesQuery, enabled: isTold });
  if (codes.data === undefined) return null;
  const { left, total } = codes.data;
  return (
    <p>
      {text.security.backup.left(left, total)}{" "}
      {left <= FEW && <strong>{text.security.backup.few}</strong>}
    </p>
  );
}
