import type { ReactNode } from "react";

import { useText } from "../app/i18n";

/** The top of a plain page: its name, what it is for, and its main action. */
export function PageHeading({
  title,
  intro,
  action,
}: {
  title: string;
  intro: string;
  action?: ReactNode;
}) {
  const text = useText();
  return (
    <div className="flex flex-wrap items-end justify-between gap-x-8 gap-y-5 pt-8 pb-8 sm:pt-12">
      <title>{`${title} · ${text.appName}`}</title>
      <div className="grid max-w-2xl gap-2">
        <h1 className="text-4xl font-extrabold sm:text-5xl">{title}</h1>
        <p className="text-lg text-muted">{intro}</p>
      </div>
      {action}
    </div>
  );
}
