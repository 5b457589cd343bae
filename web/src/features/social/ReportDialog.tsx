import type { Review } from "@streamverse/client";
import { Select, showToast, TextArea } from "@streamverse/ui";
import type { SubmitEvent } from "react";

import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { FormDialog } from "../FormDialog";
import { type ReportReason, useReport } from "./queries";

const REASONS = ["spam", "abuse", "spoiler", "off_topic", "other"] as const;
const COMMENT_LIMIT = 500;

/** Why staff should look at a review. */
export function ReportDialog({ review, onClose }: { review: Review; onClose: () => void }) {
  const text = useText();
  const { social } = text;
  const report = useReport(review.id);
  const { at, above } = placeProblem(report.error, text);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    const reason = REASONS.find((one): one is ReportReason => one === read("reason")) ?? "other";
    report.mutate(
      { reason, comment: read("comment") },
      {
        onSuccess: () => {
          showToast(social.reportedToast);
          onClose();
        },
      },
    );
  };
  return (
    <FormDialog
      title={social.reportTitle}
      description={social.reportBody}
      submit={social.reportSend}
      isBusy={report.isPending}
      error={report.error}
      above={above}
      onSubmit={submit}
      onClose={onClose}
    >
      <Select label={social.reason} name="reason" error={at["reason"]}>
        {REASONS.map((reason) => (
          <option key={reason} value={reason}>
            {social.reasons[reason]}
          </option>
        ))}
      </Select>
      <TextArea
        label={social.comment}
        hint={social.commentHint}
        name="comment"
        rows={3}
        maxLength={COMMENT_LIMIT}
        error={at["comment"]}
      />
    </FormDialog>
  );
}
