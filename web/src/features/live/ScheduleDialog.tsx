import type { LiveSlot, LiveStream } from "@streamverse/client";
import {
  Button,
  Checkbox,
  Dialog,
  DialogActions,
  Field,
  IconButton,
  Notice,
  Select,
  showToast,
  Skeleton,
} from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { type SubmitEvent, useState } from "react";

import { sentenceOf } from "../../app/api";
import { useText } from "../../app/i18n";
import { slotsQuery, useSetSlots } from "./desk-queries";

const FORM_ID = "schedule";
const ZONES = Intl.supportedValuesOf("timeZone");

/** When a stream goes out. */
export function ScheduleDialog({ stream, onClose }: { stream: LiveStream; onClose: () => void }) {
  const text = useText();
  const { liveDesk: words } = text;
  const { data, error } = useQuery(slotsQuery(stream.id));
  const set = useSetSlots(stream.id);
  const problem = error ?? set.error;
  const send = (slots: LiveSlot[]) =>
    set.mutate(slots, {
      onSuccess: () => {
        showToast(words.scheduleSaved);
        onClose();
      },
    });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={words.scheduleOf(stream.name)}
      description={words.scheduleIntro}
      closeLabel={text.common.close}
    >
      {problem !== null && <Notice tone="danger">{sentenceOf(problem, text)}</Notice>}
      {data === undefined ? (
        <Skeleton className="h-40" />
      ) : (
        <Slots had={data.slots} onSend={send} />
      )}
      <DialogActions>
        <Button variant="quiet" onClick={onClose}>
          {text.common.cancel}
        </Button>
        <Button type="submit" form={FORM_ID} variant="primary" isBusy={set.isPending}>
          {words.save}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function Slots({ had, onSend }: { had: LiveSlot[]; onSend: (slots: LiveSlot[]) => void }) {
  const { liveDesk: words } = useText();
  const [slots, setSlots] = useState(had.length > 0 ? had : [freshSlot()]);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSend(slots);
  };
  return (
    <form id={FORM_ID} onSubmit={submit} className="grid gap-6">
      {slots.map((slot, index) => (
        <SlotFields
          key={index}
          place={index + 1}
          slot={slot}
          onChange={(changed) => setSlots(slots.with(index, { ...slot, ...changed }))}
          onRemove={() => setSlots(slots.filter((_, other) => other !== index))}
        />
      ))}
      <Button
        className="justify-self-start"
        icon={<Plus aria-hidden size={18} />}
        onClick={() => setSlots([...slots, freshSlot()])}
      >
        {words.addSlot}
      </Button>
    </form>
  );
}

interface SlotFieldsProps {
  place: number;
  slot: LiveSlot;
  onChange: (changed: Partial<LiveSlot>) => void;
  onRemove: () => void;
}

function SlotFields({ place, slot, onChange, onRemove }: SlotFieldsProps) {
  const { liveDesk: words } = useText();
  return (
    <fieldset className="grid gap-4 rounded-card bg-raised p-4">
      <legend className="sr-only">{words.slot(place)}</legend>
      <div className="grid gap-4 sm:grid-cols-[1fr_7rem]">
        <Field
          label={words.begins}
          type="datetime-local"
          required
          value={slot.begins}
          onChange={(event) => onChange({ begins: event.currentTarget.value })}
        />
        <Field
          label={words.minutes}
          type="number"
          required
          min={1}
          max={1440}
          value={slot.minutes}
          onChange={(event) => onChange({ minutes: event.currentTarget.valueAsNumber || 1 })}
        />
      </div>
      <Select
        label={words.zone}
        value={slot.zone}
        onChange={(event) => onChange({ zone: event.currentTarget.value })}
      >
        {[...new Set([slot.zone, ...ZONES])].map((zone) => (
          <option key={zone} value={zone}>
            {zone.replaceAll("_", " ")}
          </option>
        ))}
      </Select>
      <div className="flex items-center justify-between">
        <Checkbox
          label={words.weekly}
          checked={slot.is_weekly}
          onChange={(event) => onChange({ is_weekly: event.currentTarget.checked })}
        />
        <IconButton label={words.removeSlot(place)} onClick={onRemove}>
          <Trash2 aria-hidden size={18} />
        </IconButton>
      </div>
    </fieldset>
  );
}

/** Tomorrow at ten, by the clock of who asks. */
function freshSlot(): LiveSlot {
  const day = new Date(Date.now() + 86_400_000);
  const digits = (value: number) => String(value).padStart(2, "0");
  const date = [day.getFullYear(), digits(day.getMonth() + 1), digits(day.getDate())].join("-");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { begins: `${date}T10:00`, zone, minutes: 60, is_weekly: false };
}
