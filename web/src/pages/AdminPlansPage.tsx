import type { OfferedPlan, Plan } from "@streamverse/client";
import { Badge, Button, EmptyState, IconButton, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, BadgeCheck, Pencil, Plus } from "lucide-react";
import { useState } from "react";

import { useText } from "../app/i18n";
import { useErrorToast } from "../app/use-error-toast";
import { allowedWords } from "../features/billing/allowed";
import { PlanDialog } from "../features/billing/PlanDialog";
import { allPlansQuery, useOrderPlans } from "../features/billing/queries";
import { moved } from "../features/library/arrange";
import { Failed } from "../features/Listing";
import { PageHeading } from "../features/PageHeading";
import { Permitted } from "../features/staff/Permitted";

export function AdminPlansPage() {
  return (
    <Permitted to="plans.manage">
      <Plans />
    </Permitted>
  );
}

function Plans() {
  const { plans: words } = useText();
  const plans = useQuery(allPlansQuery);
  const [open, setOpen] = useState<Plan | "new" | null>(null);
  return (
    <div className="gutter mx-auto max-w-4xl">
      <PageHeading
        title={words.title}
        intro={words.intro}
        action={
          <Button
            variant="primary"
            icon={<Plus aria-hidden size={18} />}
            onClick={() => setOpen("new")}
          >
            {words.add}
          </Button>
        }
      />
      {plans.isPending && <Skeleton className="h-64" />}
      {plans.isError && <Failed error={plans.error} onRetry={() => void plans.refetch()} />}
      {plans.data?.length === 0 && (
        <EmptyState icon={<BadgeCheck aria-hidden size={36} />} title={words.none}>
          {words.noneBody}
        </EmptyState>
      )}
      {plans.data !== undefined && <PlanList plans={plans.data} onEdit={setOpen} />}
      {open !== null && (
        <PlanDialog plan={open === "new" ? null : open} onClose={() => setOpen(null)} />
      )}
    </div>
  );
}

function PlanList({
  plans,
  onEdit,
}: {
  plans: readonly OfferedPlan[];
  onEdit: (plan: Plan) => void;
}) {
  const { plans: words } = useText();
  const showError = useErrorToast();
  const order = useOrderPlans();
  const [said, setSaid] = useState("");
  const move = (from: number, to: number) => {
    const one = plans[from];
    if (one === undefined) return;
    order.mutate(moved(plans, from, to), { onError: showError });
    setSaid(words.moved(one.plan.name, to + 1, plans.length));
  };
  return (
    <>
      <ol aria-label={words.title} className="grid gap-3">
        {plans.map((offered, place) => (
          <li key={offered.plan.id}>
            <Row
              offered={offered}
              isFirst={place === 0}
              isLast={place === plans.length - 1}
              onMove={(step) => move(place, place + step)}
              onEdit={() => onEdit(offered.plan)}
            />
          </li>
        ))}
      </ol>
      <p role="status" className="sr-only">
        {said}
      </p>
    </>
  );
}

function Row({
  offered: { plan, accounts },
  isFirst,
  isLast,
  onMove,
  onEdit,
}: {
  offered: OfferedPlan;
  isFirst: boolean;
  isLast: boolean;
  onMove: (step: 1 | -1) => void;
  onEdit: () => void;
}) {
  const text = useText();
  const words = text.plans;
  return (
    <div className="flex flex-wrap items-center gap-3 rounded-card p-3 ring-1 ring-line">
      <div className="grid min-w-0 flex-1 basis-60 gap-0.5">
        <p className="flex flex-wrap items-center gap-2 font-semibold wrap-anywhere">
          {plan.name}
          {plan.is_default && <Badge tone="accent">{words.default}</Badge>}
          {plan.is_archived && <Badge>{words.archived}</Badge>}
        </p>
        {plan.description !== "" && <p className="wrap-anywhere">{plan.description}</p>}
        <p className="text-sm text-muted">
          {[...allowedWords(plan, text), words.accounts(accounts)].join(" · ")}
        </p>
      </div>
      <div className="flex">
        <IconButton label={words.moveUp(plan.name)} disabled={isFirst} onClick={() => onMove(-1)}>
          <ArrowUp aria-hidden size={18} />
        </IconButton>
        <IconButton label={words.moveDown(plan.name)} disabled={isLast} onClick={() => onMove(1)}>
          <ArrowDown aria-hidden size={18} />
        </IconButton>
        <IconButton label={words.edit(plan.name)} onClick={onEdit}>
          <Pencil aria-hidden size={18} />
        </IconButton>
      </div>
    </div>
  );
}
