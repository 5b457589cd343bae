import type { Plan } from "@streamverse/client";
import { Checkbox, Field, Select, showToast, TextArea } from "@streamverse/ui";
import type { SubmitEvent } from "react";

import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { namesIn } from "../editor/draft";
import { FormDialog } from "../FormDialog";
import { useSavePlan } from "./queries";

const HEIGHTS = [480, 720, 1080, 1440, 2160] as const;

/** What is said about a plan. */
export function PlanDialog({ plan, onClose }: { plan: Plan | null; onClose: () => void }) {
  const text = useText();
  const words = text.plans;
  const save = useSavePlan(plan);
  const { at, above } = placeProblem(save.error, text, { "billing.plan_name_taken": "name" });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    const name = read("name");
    save.mutate(
      {
        name,
        description: read("description"),
        streams_at_once: Number(read("streams_at_once")),
        devices_at_most: Number(read("devices_at_most")),
        max_height: read("max_height") === "" ? null : Number(read("max_height")),
        regions: namesIn(read("regions")),
        is_default: read("is_default") !== "",
        is_archived: read("is_archived") !== "",
      },
      {
        onSuccess: () => {
          showToast(words.saved(name));
          onClose();
        },
      },
    );
  };
  const count = (field: "streams_at_once" | "devices_at_most", label: string, hint: string) => (
    <Field
      label={label}
      hint={hint}
      name={field}
      type="number"
      min={0}
      max={1000}
      required
      defaultValue={plan?.[field] ?? 0}
      error={at[field]}
    />
  );
  return (
    <FormDialog
      title={plan === null ? words.newTitle : words.editTitle}
      {...(plan === null ? {} : { description: words.editIntro })}
      submit={text.common.save}
      isBusy={save.isPending}
      error={save.error}
      above={above}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field
        label={words.name}
        name="name"
        required
        maxLength={60}
        defaultValue={plan?.name}
        error={at["name"]}
      />
      <TextArea
        label={words.description}
        name="description"
        rows={2}
        defaultValue={plan?.description}
        error={at["description"]}
      />
      {count("streams_at_once", words.streams, words.noLimit)}
      {count("devices_at_most", words.devices, words.devicesHint)}
      <Height value={plan?.max_height ?? null} />
      <Field
        label={words.regions}
        name="regions"
        hint={words.regionsHint}
        defaultValue={plan?.regions.join(", ")}
        error={at["regions"]}
      />
      <div>
        <Checkbox
          label={words.isDefault}
          name="is_default"
          defaultChecked={plan?.is_default ?? false}
        />
        {plan !== null && (
          <Checkbox label={words.isArchived} name="is_archived" defaultChecked={plan.is_archived} />
        )}
        {at["is_archived"] !== undefined && (
          <p role="alert" className="font-medium text-danger-text">
            {at["is_archived"]}
          </p>
        )}
      </div>
    </FormDialog>
  );
}

function Height({ value }: { value: number | null }) {
  const { plans } = useText();
  const isUsual = HEIGHTS.some((height) => height === value);
  return (
    <Select label={plans.height} name="max_height" defaultValue={value ?? ""}>
      <option value="">{plans.heights.none}</option>
      {value !== null && !isUsual && <option value={value}>{`${value}p`}</option>}
      {HEIGHTS.map((height) => (
        <option key={height} value={height}>
          {plans.heights[height]}
        </option>
      ))}
    </Select>
  );
}
