import { Button, Card, showToast } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";

import { formatMoment } from "../../app/format";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { resetsQuery, useMay, useResetFactors } from "./queries";

/** Who has lost their second factor and waits; nothing when nobody does. */
export function ResetRequests() {
  const text = useText();
  const showError = useErrorToast();
  const { reset } = text.people;
  const mayManage = useMay("accounts.manage") === true;
  const requests = useQuery(resetsQuery);
  const resetting = useResetFactors();
  if (requests.data === undefined || requests.data.length === 0) return null;
  return (
    <section className="mb-10 grid gap-3">
      <h2 className="text-2xl font-bold">{reset.title}</h2>
      {requests.data.map(({ account_id, display_name, email, requested_at }) => (
        <Card key={account_id} className="flex flex-wrap items-center justify-between gap-4">
          <div className="min-w-0 flex-1 basis-72">
            <p className="font-semibold wrap-anywhere">
              {display_name} <span className="font-normal text-muted">{email}</span>
            </p>
            <p className="text-sm text-muted">{reset.body(formatMoment(requested_at))}</p>
          </div>
          {mayManage && (
            <Button
              isBusy={resetting.isPending && resetting.variables === account_id}
              onClick={() =>
                resetting.mutate(account_id, {
                  onSuccess: () => showToast(reset.done(display_name)),
                  onError: showError,
                })
              }
            >
              {reset.action}
            </Button>
          )}
        </Card>
      ))}
    </section>
  );
}
