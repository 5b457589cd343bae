import { Button, cx, Field, IconButton, Select } from "@streamverse/ui";
import { Plus, X } from "lucide-react";
import { useState } from "react";

import { useText } from "../../app/i18n";
import { Section } from "../preferences/Section";
import { type Said, type SectionProps, timeIn, timeOf } from "./draft";

type Marker = Said["markers"][number];
const KINDS = ["intro", "recap", "credits", "chapter"] as const;
const COLOURS: Readonly<Record<Marker["kind"], string>> = {
  intro: "bg-chart-1",
  recap: "bg-chart-2",
  credits: "bg-chart-3",
  chapter: "bg-chart-4",
};
const FIRST_MS = 30_000;

/** The intro, recap and credits on the length of the film. */
export function MarkersSection({
  said,
  set,
  at,
  durationMs,
}: SectionProps & { durationMs: number | null }) {
  const { editor } = useText();
  const markers = said.markers;
  const add = () =>
    set("markers", [
      ...markers,
      { kind: "intro", start_ms: 0, end_ms: Math.min(FIRST_MS, durationMs ?? FIRST_MS), label: "" },
    ]);
  return (
    <Section id="markers" title={editor.markers} intro={editor.markersIntro}>
      {durationMs === null ? (
        <p className="text-muted">{editor.noLength}</p>
      ) : (
        <Timeline markers={markers} durationMs={durationMs} />
      )}
      <ol className="grid gap-4">
        {markers.map((marker, place) => (
          <li key={place}>
            <MarkerLine
              marker={marker}
              onChange={(changed) => set("markers", markers.with(place, changed))}
              onRemove={() => set("markers", markers.toSpliced(place, 1))}
            />
          </li>
        ))}
      </ol>
      {at["markers"] !== undefined && (
        <p role="alert" className="font-medium text-danger-text">
          {at["markers"]}
        </p>
      )}
      {durationMs !== null && (
        <Button className="w-fit" icon={<Plus aria-hidden size={18} />} onClick={add}>
          {editor.addMarker}
        </Button>
      )}
    </Section>
  );
}

function Timeline({ markers, durationMs }: { markers: readonly Marker[]; durationMs: number }) {
  const { editor } = useText();
  const percent = (at: number) => `${Math.min(100, (100 * at) / durationMs)}%`;
  const said = markers.map(
    ({ kind, start_ms, end_ms }) =>
      `${editor.markerKinds[kind]} ${timeOf(start_ms)}–${timeOf(end_ms)}`,
  );
  return (
    <div className="grid gap-1">
      <div
        role="img"
        aria-label={[editor.timeline, ...said].join(", ")}
        className="relative h-10 overflow-hidden rounded-control bg-raised"
      >
        {markers.map(({ kind, start_ms, end_ms }, place) => (
          <div
            key={place}
            className={cx("absolute inset-y-1 min-w-1 rounded-md opacity-80", COLOURS[kind])}
            style={{
              insetInlineStart: percent(start_ms),
              width: percent(Math.max(0, end_ms - start_ms)),
            }}
          />
        ))}
      </div>
      <div aria-hidden className="flex justify-between text-sm text-muted tabular-nums">
        <span>{timeOf(0)}</span>
        <span>{timeOf(durationMs)}</span>
      </div>
    </div>
  );
}

interface MarkerLineProps {
  marker: Marker;
  onChange: (marker: Marker) => void;
  onRemove: () => void;
}

function MarkerLine({ marker, onChange, onRemove }: MarkerLineProps) {
  const { editor } = useText();
  return (
    <div className="flex flex-wrap items-end gap-3">
      <Select
        label={editor.markerKind}
        value={marker.kind}
        onChange={({ currentTarget: { value } }) =>
          onChange({ ...marker, kind: KINDS.find((kind) => kind === value) ?? "chapter" })
        }
      >
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {editor.markerKinds[kind]}
          </option>
        ))}
      </Select>
      <TimeField
        label={editor.markerStart}
        value={marker.start_ms}
        onChange={(start_ms) => onChange({ ...marker, start_ms })}
      />
      <TimeField
        label={editor.markerEnd}
        value={marker.end_ms}
        onChange={(end_ms) => onChange({ ...marker, end_ms })}
      />
      <Field
        label={editor.markerLabel}
        value={marker.label}
        maxLength={60}
        onChange={(event) => onChange({ ...marker, label: event.currentTarget.value })}
      />
      <IconButton
        label={editor.removeMarker(marker.label || editor.markerKinds[marker.kind])}
        onClick={onRemove}
      >
        <X aria-hidden />
      </IconButton>
    </div>
  );
}

/** A time of minutes and seconds; it counts once it is one. */
function TimeField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: number;
  onChange: (milliseconds: number) => void;
}) {
  const { editor } = useText();
  const [typed, setTyped] = useState(timeOf(value));
  const found = timeIn(typed);
  return (
    <Field
      label={label}
      value={typed}
      error={found === null ? editor.markerHint : undefined}
      onChange={({ currentTarget: { value: text } }) => {
        setTyped(text);
        const time = timeIn(text);
        if (time !== null) onChange(time);
      }}
      className="max-w-32"
    />
  );
}
