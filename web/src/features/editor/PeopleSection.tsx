import { Button, Field, IconButton } from "@streamverse/ui";
import { ArrowUp, Plus, X } from "lucide-react";

import { useText } from "../../app/i18n";
import { Section } from "../preferences/Section";
import type { Said, SectionProps } from "./draft";

type Line = Said["credits"][number];

/** Who plays in it and who made it, line by line. */
export function PeopleSection({ said, set, at }: SectionProps) {
  const { editor } = useText();
  const lines = said.credits;
  const change = (place: number, line: Line) => set("credits", lines.with(place, line));
  const moveUp = (place: number) => {
    const above = lines[place - 1];
    const own = lines[place];
    if (above === undefined || own === undefined) return;
    set("credits", lines.with(place - 1, own).with(place, above));
  };
  return (
    <Section id="people" title={editor.people} intro={editor.peopleIntro}>
      {lines.length === 0 && <p className="text-muted">{editor.noPeople}</p>}
      <ol className="grid gap-4">
        {lines.map((line, place) => (
          // A line is known by its place: two of them may say the same.
          <li key={place} className="flex flex-wrap items-end gap-3">
            <div className="grid min-w-0 flex-1 basis-72 gap-3 sm:grid-cols-3">
              <Field
                label={editor.person}
                value={line.name}
                onChange={({ currentTarget: { value } }) =>
                  // Another name is another person.
                  change(place, { ...line, name: value, person_id: null })
                }
              />
              <Field
                label={editor.job}
                value={line.job}
                placeholder={editor.jobHint}
                onChange={(event) => change(place, { ...line, job: event.currentTarget.value })}
              />
              <Field
                label={editor.character}
                value={line.character}
                onChange={(event) =>
                  change(place, { ...line, character: event.currentTarget.value })
                }
              />
            </div>
            <IconButton
              label={editor.movePerson(line.name)}
              disabled={place === 0}
              onClick={() => moveUp(place)}
            >
              <ArrowUp aria-hidden />
            </IconButton>
            <IconButton
              label={editor.removePerson(line.name)}
              onClick={() => set("credits", lines.toSpliced(place, 1))}
            >
              <X aria-hidden />
            </IconButton>
          </li>
        ))}
      </ol>
      {at["credits"] !== undefined && (
        <p role="alert" className="font-medium text-danger-text">
          {at["credits"]}
        </p>
      )}
      <Button
        className="w-fit"
        icon={<Plus aria-hidden size={18} />}
        onClick={() => set("credits", [...lines, { name: "", job: "actor", character: "" }])}
      >
        {editor.addPerson}
      </Button>
    </Section>
  );
}
