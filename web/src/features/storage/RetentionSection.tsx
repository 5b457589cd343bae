import type { Retention } from "@streamverse/client";
import { Button, Field, Notice, showToast, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import type { SubmitEvent } from "react";

import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { Section } from "../security/Section";
import { useMay } from "../staff/queries";
import { retentionQuery, type Rule, RULES, useChooseRetention } from "./queries";

/** For how long things are kept; who may not change it can read it. */
export function RetentionSection() {
  const { storage } = useText();
  const { data: retention } = useQuery(retentionQuery);
  return (
    <Section id="retention" title={storage.retention.title} body={storage.retention.body}>
      {retention ? <RetentionForm retention={retention} /> : <Skeleton className="h-64" />}
    </Section>
  );
}

function RetentionForm({ retention }: { retention: Retention }) {
  const text = useText();
  const words = text.storage.retention;
  const mayChoose = useMay("storage.manage") === true;
  const choosing = useChooseRetention();
  const problem = placeProblem(choosing.error, text);
  const said: Readonly<Record<Rule, readonly [label: string, hint: string]>> = {
    source_days: [words.source, words.sourceHint],
    failed_days: [words.failed, words.failedHint],
    refused_days: [words.refused, words.refusedHint],
    upload_hours: [words.upload, words.uploadHint],
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    const changed = RULES.filter((rule) => Number(read(rule)) !== retention[rule]);
    choosing.mutate(Object.fromEntries(changed.map((rule) => [rule, Number(read(rule))])), {
      onSuccess: () => showToast(words.saved),
    });
  };
  return (
    <form onSubmit={submit} className="grid gap-5">
      {problem.above !== null && <Notice tone="danger">{problem.above}</Notice>}
      {RULES.map((rule) => {
        const [label, hint] = said[rule];
        const isOwn = retention.chosen.includes(rule);
        return (
          <Field
            key={`${rule} ${retention[rule]}`}
            label={label}
            hint={isOwn ? hint : `${hint} ${words.bySettings}`}
            name={rule}
            type="number"
            min={rule === "upload_hours" ? 1 : 0}
            max={rule === "upload_hours" ? 8760 : 36_500}
            defaultValue={retention[rule]}
            readOnly={!mayChoose}
            required
            className="max-w-40"
            error={problem.at[rule]}
          />
        );
      })}
      {mayChoose && (
        <Button
          type="submit"
          variant="primary"
          isBusy={choosing.isPending}
          className="justify-self-start"
        >
          {words.save}
        </Button>
      )}
    </form>
  );
}
