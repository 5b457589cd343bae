import { Card } from "@streamverse/ui";
import { type ReactNode, useId } from "react";

/** One theme of a settings page: what it is about on one side, what one can do on the other. */
export function Section({
  id,
  title,
  body,
  badge,
  children,
}: {
  id: string;
  title: string;
  body?: ReactNode;
  badge?: ReactNode;
  children: ReactNode;
}) {
  const headingId = useId();
  return (
    <section
      id={id}
      aria-labelledby={headingId}
      className="grid scroll-mt-24 gap-x-12 gap-y-5 border-t border-line py-9 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.7fr)]"
    >
      <div className="grid content-start gap-2">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h2 id={headingId} className="text-2xl font-bold">
            {title}
          </h2>
          {badge}
        </div>
        {body !== undefined && <p className="max-w-prose text-muted">{body}</p>}
      </div>
      <div className="grid min-w-0 content-start gap-4">{children}</div>
    </section>
  );
}

/** One of several things, with what one can do about it. */
export function Row({
  icon,
  title,
  badge,
  children,
  action,
}: {
  icon?: ReactNode;
  title: string;
  badge?: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <Card className="flex items-center gap-4">
      {icon !== undefined && (
        <span className="grid size-11 shrink-0 place-items-center rounded-xl bg-raised text-muted">
          {icon}
        </span>
      )}
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 font-semibold wrap-anywhere">
          {title}
          {badge}
        </p>
        <div className="text-sm wrap-anywhere text-muted">{children}</div>
      </div>
      {action}
    </Card>
  );
}
