import { Button, Checkbox, Field, IconButton } from "@streamverse/ui";
import { Plus, X } from "lucide-react";

import { useText } from "../../app/i18n";
import { Section } from "../preferences/Section";
import { instantOf, localOf, type Said, type SectionProps } from "./draft";

type Line = Said["windows"][number];

/** Where and when it may be watched. */
export function AvailabilitySection({ said, set, at }: SectionProps) {
  const { editor } = useText();
  const lines = said.windows;
  const change = (place: number, line: Line) => set("windows", lines.with(place, line));
  return (
    <Section id="availability" title={editor.availability} intro={editor.availabilityIntro}>
      <ol className="grid gap-4">
        {lines.map((line, place) => (
          <li key={place} className="flex flex-wrap items-end gap-3">
            <div className="grid min-w-0 flex-1 basis-72 items-start gap-3 sm:grid-cols-[8rem_1fr_1fr]">
              <Field
                label={editor.region}
                value={line.region ?? ""}
                maxLength={2}
                onChange={({ currentTarget: { value } }) =>
                  change(place, { ...line, region: value.toUpperCase() || null })
                }
              />
              <Field
                label={editor.startsAt}
                type="datetime-local"
                value={localOf(line.starts_at ?? null)}
                onChange={({ currentTarget: { value } }) =>
                  change(place, { ...line, starts_at: instantOf(value) })
                }
              />
              <Field
                label={editor.endsAt}
                type="datetime-local"
                value={localOf(line.ends_at ?? null)}
                onChange={({ currentTarget: { value } }) =>
                  change(place, { ...line, ends_at: instantOf(value) })
                }
              />
            </div>
            <Checkbox
              label={editor.isBarring}
              checked={line.is_barring}
              onChange={({ currentTarget: { checked } }) =>
                change(place, { ...line, is_barring: checked })
              }
            />
            <IconButton
              label={editor.removeWindow(place + 1)}
              onClick={() => set("windows", lines.toSpliced(place, 1))}
            >
              <X aria-hidden />
            </IconButton>
          </li>
        ))}
      </ol>
      {at["windows"] !== undefined && (
        <p role="alert" className="font-medium text-danger-text">
          {at["windows"]}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-4">
        <Button
          icon={<Plus aria-hidden size={18} />}
          onClick={() => set("windows", [...lines, { is_barring: false }])}
        >
          {editor.addWindow}
        </Button>
        <span className="text-sm text-muted">{editor.regionHint}</span>
      </div>
    </Section>
  );
}
