import { cx } from "@streamverse/ui";
import { useInfiniteQuery } from "@tanstack/react-query";

import { formatAge, formatMoment } from "../../app/format";
import { useText } from "../../app/i18n";
import { Listing } from "./Listing";
import { type Activity, activityQuery } from "./queries";
import { Section } from "./Section";

/** Kinds that should make one look twice. */
const WORRYING = /failed|refused|reused|reset/;

export function ActivitySection() {
  const text = useText();
  const words = text.security.activity;
  return (
    <Section id="activity" title={words.title} body={words.body}>
      <Listing query={useInfiniteQuery(activityQuery)} empty={words.none}>
        {(activity) => <ActivityRow activity={activity} />}
      </Listing>
    </Section>
  );
}

function ActivityRow({ activity }: { activity: Activity }) {
  const text = useText();
  const words = text.security.activity;
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
            {[software, activity.ip].filter(Boolean).join(" · ")}
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
