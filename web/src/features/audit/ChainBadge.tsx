import { Badge, Notice } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Link2, Link2Off } from "lucide-react";

import { useText } from "../../app/i18n";
import { verdictQuery } from "./queries";

/** Whether anybody has changed the log unseen; what the server cannot say is not claimed. */
export function ChainBadge() {
  const { auditLog } = useText();
  const verdict = useQuery(verdictQuery);
  if (verdict.isPending) return <Badge>{auditLog.checking}</Badge>;
  if (verdict.isError) return null;
  if (verdict.data.is_whole) {
    return (
      <Badge tone="good">
        <Link2 aria-hidden size={16} />
        {auditLog.isWhole(verdict.data.count)}
      </Badge>
    );
  }
  return (
    <Badge tone="danger">
      <Link2Off aria-hidden size={16} />
      {auditLog.isBroken}
    </Badge>
  );
}

/** Where the chain breaks, if it does. */
export function BrokenChain() {
  const { auditLog } = useText();
  const problem = useQuery(verdictQuery).data?.problem ?? null;
  if (problem === null) return null;
  return (
    <div className="mb-6">
      <Notice tone="danger">{auditLog.brokenBody(problem)}</Notice>
    </div>
  );
}
