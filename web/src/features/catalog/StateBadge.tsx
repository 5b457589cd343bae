import { Badge } from "@streamverse/ui";
import { Lock } from "lucide-react";

import { formatPercent } from "../../app/format";
import { useText } from "../../app/i18n";
import type { TitleCard } from "./queries";

/** Says that the viewer's plan leaves a title out. */
export function PlanLock() {
  const text = useText();
  return (
    <Badge>
      <Lock aria-hidden size={14} />
      {text.plans.locked}
    </Badge>
  );
}

/** What keeps a title from being plainly ready, if anything does. */
export function StateBadge({ title }: { title: TitleCard }) {
  const text = useText();
  if (title.state === "failed") return <Badge tone="danger">{text.title.failed}</Badge>;
  if (title.state === "announced") return <Badge>{text.title.announced}</Badge>;
  if (title.state === "playable") return <Badge tone="accent">{text.title.playableEarly}</Badge>;
  if (title.state === "processing") {
    return (
      <Badge tone="accent">
        {title.progress === null
          ? text.title.processing
          : text.title.processingPercent(formatPercent(title.progress))}
      </Badge>
    );
  }
  if (title.locked_by === "plan") return <PlanLock />;
  return title.is_published ? null : <Badge>{text.title.unpublished}</Badge>;
}
