import { IconButton, Select } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";

import { useText } from "../../app/i18n";
import { titleQuery } from "../catalog/queries";
import { Section } from "../preferences/Section";
import type { Said, SectionProps } from "./draft";
import { TitlePicker } from "./TitlePicker";

type Line = Said["related"][number];
const KINDS = [
  "sequel",
  "prequel",
  "spin_off",
  "remake",
  "version",
  "related",
  "trailer",
  "bonus",
] as const;

/** How other titles stand to this one. */
export function RelationsSection({ said, set, at, id }: SectionProps & { id: string }) {
  const { editor } = useText();
  const lines = said.related;
  const known = new Set([id, ...lines.map((line) => line.title_id)]);
  return (
    <Section id="relations" title={editor.relations} intro={editor.relationsIntro}>
      <ul className="grid gap-3">
        {lines.map((line, place) => (
          <li key={line.title_id}>
            <Relation
              line={line}
              onChange={(changed) => set("related", lines.with(place, changed))}
              onRemove={() => set("related", lines.toSpliced(place, 1))}
            />
          </li>
        ))}
      </ul>
      <TitlePicker
        known={known}
        error={at["related"]}
        onAdd={(title) => set("related", [...lines, { title_id: title.id, kind: "related" }])}
      />
    </Section>
  );
}

function Relation({
  line,
  onChange,
  onRemove,
}: {
  line: Line;
  onChange: (line: Line) => void;
  onRemove: () => void;
}) {
  const { catalog, editor } = useText();
  const title = useQuery(titleQuery(line.title_id));
  const name = title.data?.name ?? "…";
  return (
    <div className="flex flex-wrap items-end gap-3">
      <Select
        label={`${editor.relationKind}: ${name}`}
        value={line.kind}
        onChange={({ currentTarget: { value } }) =>
          onChange({ ...line, kind: KINDS.find((kind) => kind === value) ?? "related" })
        }
      >
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {catalog.relations[kind]}
          </option>
        ))}
      </Select>
      <IconButton label={editor.removeRelation(name)} onClick={onRemove}>
        <X aria-hidden />
      </IconButton>
    </div>
  );
}
