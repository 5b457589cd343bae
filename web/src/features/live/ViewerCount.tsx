import { Eye } from "lucide-react";

import { formatNumber } from "../../app/format";
import { useText } from "../../app/i18n";

/** How many watch right now. */
export function ViewerCount({ count }: { count: number }) {
  const { liveDesk } = useText();
  return (
    <span
      data-testid="viewers"
      className="inline-flex items-center gap-1.5 text-base font-semibold text-muted tabular-nums"
    >
      <Eye aria-hidden size={18} />
      <span aria-hidden>{formatNumber(count)}</span>
      <span className="sr-only">{liveDesk.viewers(count)}</span>
    </span>
  );
}
