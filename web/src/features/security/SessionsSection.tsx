import { Badge, Button, ConfirmDialog, showToast } from "@streamverse/ui";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { formatAge, formatCountry, formatMoment } from "../../app/format";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { useLeave } from "../identity/queries";
import { DeviceIcon } from "./DeviceIcon";
import { Listing } from "../Listing";
import { acts, type Session, sessionsQuery, useAct } from "./queries";
import { Row, Section } from "./Section";

export function SessionsSection() {
  const text = useText();
  const words = text.security.sessions;
  const sessions = useInfiniteQuery(sessionsQuery);
  const count = sessions.data?.pages.flatMap((page) => page.items).length ?? 0;
  return (
    <Section id="sessions" title={words.title} body={words.body}>
      <Listing query={sessions} keyOf={({ id }) => id} empty="">
        {(session) => <SessionRow session={session} />}
      </Listing>
      {count > 0 && <EndMany hasOthers={count > 1} />}
    </Section>
  );
}

function SessionRow({ session }: { session: Session }) {
  const text = useText();
  const showError = useErrorToast();
  const words = text.security.sessions;
  const end = useAct(acts.endSession);
  const name = session.device?.name ?? words.unknownDevice;
  const kind = session.device?.kind ?? "unknown";
  const isProgram = session.kind === "program";
  return (
    <Row
      icon={<DeviceIcon kind={kind === "unknown" && isProgram ? "program" : kind} />}
      title={name}
      badge={
        session.is_current ? (
          <Badge tone="accent">{words.here}</Badge>
        ) : (
          isProgram && <Badge>{words.program}</Badge>
        )
      }
      action={
        !session.is_current && (
          <Button
            size="sm"
            aria-label={words.endOf(name)}
            isBusy={end.isPending}
            onClick={() =>
              end.mutate(session.id, {
                onSuccess: () => showToast(words.ended(name)),
                onError: showError,
              })
            }
          >
            {words.end}
          </Button>
        )
      }
    >
      <p>
        {[
          words.lastUsed(formatAge(session.last_used_at)),
          session.place && formatCountry(session.place),
          session.ip,
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      <p>{words.since(formatMoment(session.created_at))}</p>
    </Row>
  );
}

function EndMany({ hasOthers }: { hasOthers: boolean }) {
  const text = useText();
  const words = text.security.sessions;
  const leave = useLeave();
  const [asking, setAsking] = useState<"others" | "all" | null>(null);
  const endOthers = useAct(acts.endOtherSessions);
  const endAll = useMutation({ mutationFn: acts.endAllSessions });
  const close = () => setAsking(null);
  const failed = useErrorToast();
  const labels = { cancelLabel: text.common.cancel, closeLabel: text.common.close };
  return (
    <div className="flex flex-wrap gap-3">
      {hasOthers && <Button onClick={() => setAsking("others")}>{words.endOthers}</Button>}
      <Button variant="quiet" onClick={() => setAsking("all")}>
        {words.endAll}
      </Button>
      <ConfirmDialog
        {...labels}
        isOpen={asking === "others"}
        onClose={close}
        title={words.endOthersTitle}
        description={words.endOthersBody}
        confirmLabel={words.endOthersConfirm}
        isBusy={endOthers.isPending}
        onConfirm={() =>
          endOthers.mutate(undefined, {
            onSuccess: ({ ended }) => showToast(words.endedOthers(ended)),
            onError: failed,
            onSettled: close,
          })
        }
      />
      <ConfirmDialog
        {...labels}
        isOpen={asking === "all"}
        onClose={close}
        title={words.endAllTitle}
        description={words.endAllBody}
        confirmLabel={words.endAllConfirm}
        isBusy={endAll.isPending}
        onConfirm={() =>
          endAll.mutate(undefined, {
            onSuccess: () => void leave(),
            onError: (error) => {
              close();
              failed(error);
            },
          })
        }
      />
    </div>
  );
}
