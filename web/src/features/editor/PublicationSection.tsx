import { Button, Field, showToast } from "@streamverse/ui";
import { useState } from "react";

import { formatMoment } from "../../app/format";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { Section } from "../preferences/Section";
import { instantOf, localOf } from "./draft";
import { type TitleDocument, useSchedule } from "./queries";

/** From when on viewers see it; this counts at once, and not with the rest. */
export function PublicationSection({ document }: { document: TitleDocument }) {
  const text = useText();
  const showError = useErrorToast();
  const { editor } = text;
  const schedule = useSchedule(document.title.id);
  const [typed, setTyped] = useState(localOf(document.published_at));
  const instant = instantOf(typed);
  return (
    <Section id="publication" title={editor.publication} intro={editor.publicationIntro}>
      <p>{stateOf(document.published_at, editor)}</p>
      <div className="flex flex-wrap items-end gap-3">
        <Field
          label={editor.publishAt}
          type="datetime-local"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button
          disabled={instant === null}
          isBusy={schedule.isPending}
          onClick={() => {
            if (instant === null) return;
            schedule.mutate(instant, {
              onSuccess: () => showToast(editor.scheduled),
              onError: showError,
            });
          }}
        >
          {editor.schedule}
        </Button>
      </div>
    </Section>
  );
}

function stateOf(
  at: string | null,
  words: {
    notPublished: string;
    publishedSince: (moment: string) => string;
    publishesAt: (moment: string) => string;
  },
): string {
  if (at === null) return words.notPublished;
  const moment = formatMoment(at);
  return Date.parse(at) > Date.now() ? words.publishesAt(moment) : words.publishedSince(moment);
}
