import { Checkbox } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";

import { useText } from "../../app/i18n";
import { plansQuery } from "../billing/queries";
import { Section } from "../preferences/Section";
import type { SectionProps } from "./draft";

/** Which plans it is part of, where it is not part of all. */
export function PlansSection({ said, set, at }: SectionProps) {
  const { plans: words } = useText();
  const plans = useQuery(plansQuery);
  // Nothing to choose between, as where nobody has made plans.
  if (plans.data === undefined || (plans.data.length === 0 && said.plans.length === 0)) return null;
  const toggle = (id: string, isOn: boolean) =>
    set("plans", isOn ? [...said.plans, id].sort() : said.plans.filter((one) => one !== id));
  return (
    <Section id="plans" title={words.ofTitle} intro={words.ofTitleIntro}>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(12rem,1fr))] gap-x-4">
        {plans.data.map((plan) => (
          <Checkbox
            key={plan.id}
            label={plan.name}
            checked={said.plans.includes(plan.id)}
            onChange={(event) => toggle(plan.id, event.currentTarget.checked)}
          />
        ))}
      </div>
      {at["plans"] !== undefined && (
        <p role="alert" className="font-medium text-danger-text">
          {at["plans"]}
        </p>
      )}
    </Section>
  );
}
