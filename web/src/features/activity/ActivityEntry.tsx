import type { Activity } from "@streamverse/client";
import { cx } from "@streamverse/ui";

import { formatAge, formatMoment } from "../../app/format";
import { useText } from "../../app/i18n";

/** Kinds that should make one look twice. */
const WORRYING = /failed|refused|reused|reset/;

/** One thing that happened around log-ins; `who` says whose, where that is not one's own. */
export function ActivityEntry({ activity, who }: { activity: Activity; who?: string }) {
  const words = useText().security.activity;
  const software = [activity.browser, activity.os].filter(Boolean).join(", ");
  return (
    <div className="flex gap-4 border-b border-line pb-3">
      <span
        aria-hidden
        className={cx(
          "mt-2 size-2.5 shrink-0 rounded-full",
          WORRYING.test(activity.kind) ? "bg-danger" : "bg-line-strong",
        )}
      />
      <div className="flex min-w-0 flex-1 flex-wrap justify-between gap-x-6">
        <div className="min-w-0">
          <p className="font-semibold">{words.kinds[activity.kind] ?? words.unknown}</p>
          <p className="text-sm wrap-anywhere text-muted">
            {[who, software, activity.ip].filter(Boolean).join(" · ")}
          </p>
        </div>
        <time
          dateTime={activity.at}
          title={formatMoment(activity.at)}
          className="text-sm text-muted"
        >
          {formatAge(activity.at)}
        </time>
      </div>
    </div>
  );
}
