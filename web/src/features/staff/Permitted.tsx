import { EmptyState, Skeleton } from "@streamverse/ui";
import { Lock } from "lucide-react";
import type { ReactNode } from "react";

import { useText } from "../../app/i18n";
import { useMay } from "./queries";

/** A page for those who have a permission; to all others it says so. */
export function Permitted({ to, children }: { to: string; children: ReactNode }) {
  const text = useText();
  const may = useMay(to);
  if (may === true) return children;
  if (may === null) {
    return (
      <div className="gutter mx-auto max-w-4xl pt-12">
        <Skeleton className="h-40" />
      </div>
    );
  }
  return (
    <EmptyState as="h1" icon={<Lock aria-hidden size={36} />} title={text.permissions.neededTitle}>
      <title>{`${text.permissions.neededTitle} · ${text.appName}`}</title>
      {text.permissions.neededBody}
    </EmptyState>
  );
}
