import type { Account, Plan, Subscription } from "@streamverse/client";
import { Field, Select, showToast, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import type { SubmitEvent } from "react";

import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { instantOf, localOf } from "../editor/draft";
import { FormDialog } from "../FormDialog";
import { plansQuery, subscriptionQuery, useGivePlan } from "./queries";

interface PersonPlanProps {
  account: Account;
  onClose: () => void;
}

/** Which plan somebody has, and until when. */
export function PersonPlanDialog({ account, onClose }: PersonPlanProps) {
  const text = useText();
  const words = text.plans.person;
  const subscription = useQuery(subscriptionQuery(account.id));
  const plans = useQuery(plansQuery);
  const give = useGivePlan(account.id);
  const { at, above } = placeProblem(give.error, text);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    const planId = read("plan_id") || null;
    give.mutate(
      { plan_id: planId, ends_at: planId === null ? null : instantOf(read("ends_at")) },
      {
        onSuccess: () => {
          showToast(words.saved(account.display_name));
          onClose();
        },
      },
    );
  };
  return (
    <FormDialog
      title={words.change(account.display_name)}
      description={words.intro}
      submit={text.common.save}
      isBusy={give.isPending}
      error={give.error ?? subscription.error ?? plans.error}
      above={above}
      onSubmit={submit}
      onClose={onClose}
    >
      {subscription.data === undefined || plans.data === undefined ? (
        <Skeleton className="h-24" />
      ) : (
        <Choices subscription={subscription.data} plans={plans.data} endsAtError={at["ends_at"]} />
      )}
    </FormDialog>
  );
}

function Choices({
  subscription: { plan, is_given: isGiven, ends_at: endsAt },
  plans,
  endsAtError,
}: {
  subscription: Subscription;
  plans: readonly Plan[];
  endsAtError: string | undefined;
}) {
  const { plans: words } = useText();
  const standard = plans.find((one) => one.is_default);
  // An archived one stays with whoever has it, for as long as nobody chooses another.
  const kept = isGiven && plan?.is_archived === true ? [plan] : [];
  return (
    <>
      <Select
        label={words.person.plan}
        name="plan_id"
        defaultValue={isGiven && plan !== null ? plan.id : ""}
      >
        <option value="">{words.person.byDefault(standard?.name ?? null)}</option>
        {[...kept, ...plans].map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </Select>
      <Field
        label={words.person.endsAt}
        name="ends_at"
        type="datetime-local"
        hint={words.person.endsAtHint}
        defaultValue={localOf(endsAt)}
        error={endsAtError}
      />
    </>
  );
}
