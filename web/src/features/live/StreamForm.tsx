import type { LiveStream, LiveTemplate } from "@streamverse/client";
import {
  Button,
  Checkbox,
  Choice,
  ConfirmDialog,
  Dialog,
  DialogActions,
  Field,
  Notice,
  Select,
  showToast,
} from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, type SubmitEvent, useState } from "react";

import { placeProblem } from "../../app/forms";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { plansQuery } from "../billing/queries";
import { KeepingFields } from "../recordings/KeepingFields";
import {
  type SaidOfStream,
  type StreamSettings,
  templatesQuery,
  useChangeStream,
  useKeepTemplate,
  useMakeStream,
  useRemoveTemplate,
} from "./desk-queries";
import { type SaidOfSource, sourceBody, sourceQuery, sourceSaid } from "./source-queries";
import { SlateField } from "./SlateField";
import { SourceFields } from "./SourceFields";
import { EncoderDialog } from "./StreamDialogs";

const FORM_ID = "stream";
const HEIGHTS = [2160, 1440, 1080, 720, 540, 360] as const;
const REWINDS = [15, 30, 60, 120, 240, 480, 1440] as const;
const FRESH: SaidOfStream = {
  name: "",
  description: "",
  rewind_minutes: 120,
  height: null,
  latency: "low",
  access: "everybody",
  plan_ids: [],
  newcomer: "take_over",
  ladder: "as_sent",
  has_passphrase: false,
  protection: "none",
  key_lasts_s: 600,
  recordings: "private",
  clips: "off",
};

/** Make a stream, by a template if one likes, and go on with what its encoder needs. */
export function AddStreamDialog({ onClose }: { onClose: () => void }) {
  const { live, liveDesk } = useText();
  const make = useMakeStream();
  const [said, setSaid] = useState(FRESH);
  if (make.data) return <EncoderDialog stream={make.data} onClose={onClose} />;
  return (
    <StreamDialog
      title={live.add}
      intro={live.addIntro}
      action={live.add}
      said={said}
      onSay={setSaid}
      error={make.error}
      isBusy={make.isPending}
      above={<TemplateChoice onChoose={({ settings }) => setSaid({ ...said, ...settings })} />}
      below={<KeepTemplate settings={said} />}
      settingsLabel={liveDesk.more}
      onClose={onClose}
      onSend={() => make.mutate(said, { onSuccess: ({ name }) => showToast(live.added(name)) })}
    />
  );
}

/** Change what was said of a stream. */
export function ChangeStreamDialog({
  stream,
  onClose,
}: {
  stream: LiveStream;
  onClose: () => void;
}) {
  const { live, liveDesk } = useText();
  const change = useChangeStream(stream.id);
  const [said, setSaid] = useState<SaidOfStream>(() => pick(stream));
  const kept = useQuery(sourceQuery(stream.id)).data?.source ?? null;
  const [changed, setChanged] = useState<SaidOfSource | null>(null);
  return (
    <StreamDialog
      title={liveDesk.settingsOf(stream.name)}
      intro={live.addIntro}
      action={liveDesk.save}
      said={said}
      onSay={setSaid}
      error={change.error}
      isBusy={change.isPending}
      above={
        <SourceFields
          streamId={stream.id}
          said={changed ?? sourceSaid(kept)}
          hasPassword={kept?.has_password === true}
          onSay={setChanged}
          error={change.error}
        />
      }
      below={
        <>
          <SlateField stream={stream} />
          <KeepTemplate settings={said} />
        </>
      }
      settingsLabel={liveDesk.more}
      isOpened
      onClose={onClose}
      onSend={() =>
        change.mutate(
          { stream: said, source: changed === null ? null : sourceBody(changed) },
          {
            onSuccess: ({ name }) => {
              showToast(liveDesk.saved(name));
              onClose();
            },
          },
        )
      }
    />
  );
}

function pick(stream: LiveStream): SaidOfStream {
  return { ...settingsOf(stream), name: stream.name, description: stream.description };
}

function settingsOf(from: StreamSettings): StreamSettings {
  const { rewind_minutes, height, latency, access, plan_ids, newcomer, ladder } = from;
  const { has_passphrase, protection, key_lasts_s, recordings, clips } = from;
  return {
    ...{ rewind_minutes, height, latency, access, plan_ids, newcomer, ladder },
    ...{ has_passphrase, protection, key_lasts_s, recordings, clips },
  };
}

interface StreamDialogProps {
  title: string;
  intro: string;
  action: string;
  said: SaidOfStream;
  onSay: (said: SaidOfStream) => void;
  error: Error | null;
  isBusy: boolean;
  above?: ReactNode;
  below: ReactNode;
  settingsLabel: string;
  isOpened?: boolean;
  onClose: () => void;
  onSend: () => void;
}

function StreamDialog(props: StreamDialogProps) {
  const text = useText();
  const { live } = text;
  const { said, onSay, onClose } = props;
  const problem = placeProblem(props.error, text);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    props.onSend();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={props.title}
      description={props.intro}
      closeLabel={text.common.close}
    >
      {problem.above !== null && <Notice tone="danger">{problem.above}</Notice>}
      <form id={FORM_ID} onSubmit={submit} className="grid gap-5">
        {props.above}
        <Field
          label={live.name}
          autoComplete="off"
          maxLength={200}
          required
          value={said.name}
          onChange={(event) => onSay({ ...said, name: event.currentTarget.value })}
          error={problem.at["name"]}
        />
        <Field
          label={live.description}
          autoComplete="off"
          maxLength={5000}
          value={said.description}
          onChange={(event) => onSay({ ...said, description: event.currentTarget.value })}
          error={problem.at["description"]}
        />
        <details open={props.isOpened}>
          <summary className="w-fit cursor-pointer py-2.5 font-semibold">
            {props.settingsLabel}
          </summary>
          <div className="grid gap-5 pt-3">
            <SettingsFields
              said={said}
              onSay={(settings) => onSay({ ...said, ...settings })}
              plansError={problem.at["plan_ids"]}
            />
            {props.below}
          </div>
        </details>
      </form>
      <DialogActions>
        <Button variant="quiet" onClick={onClose}>
          {text.common.cancel}
        </Button>
        <Button type="submit" form={FORM_ID} variant="primary" isBusy={props.isBusy}>
          {props.action}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

interface SettingsFieldsProps {
  said: StreamSettings;
  onSay: (settings: Partial<StreamSettings>) => void;
  plansError: string | undefined;
}

function SettingsFields({ said, onSay, plansError }: SettingsFieldsProps) {
  const { liveDesk: words } = useText();
  const heights = [...new Set([...HEIGHTS, ...(said.height === null ? [] : [said.height])])];
  const rewinds = [...new Set([...REWINDS, said.rewind_minutes])].sort((a, b) => a - b);
  return (
    <>
      <Select
        label={words.height}
        hint={words.heightHint}
        value={said.height ?? ""}
        onChange={({ currentTarget: { value } }) =>
          onSay({ height: value === "" ? null : Number(value) })
        }
      >
        <option value="">{words.anyHeight}</option>
        {heights.map((height) => (
          <option key={height} value={height}>{`${height}p`}</option>
        ))}
      </Select>
      <Choice
        label={words.ladder}
        value={said.ladder}
        onChange={(ladder) => onSay({ ladder })}
        choices={(["as_sent", "smaller"] as const).map((value) => ({
          value,
          label: words.ladders[value],
        }))}
      />
      <Choice
        label={words.latency}
        value={said.latency}
        onChange={(latency) => onSay({ latency })}
        choices={(["low", "steady"] as const).map((value) => ({
          value,
          label: words.latencies[value],
        }))}
      />
      <Select
        label={words.rewind}
        value={said.rewind_minutes}
        onChange={({ currentTarget: { value } }) => onSay({ rewind_minutes: Number(value) })}
      >
        {rewinds.map((minutes) => (
          <option key={minutes} value={minutes}>
            {words.rewindMinutes(minutes)}
          </option>
        ))}
      </Select>
      <KeepingFields said={said} onSay={onSay} />
      <Choice
        label={words.access}
        value={said.access}
        onChange={(access) => onSay({ access })}
        choices={(["everybody", "plans", "staff"] as const).map((value) => ({
          value,
          label: words.accesses[value],
        }))}
      />
      {said.access === "plans" && (
        <PlanChoice
          chosen={said.plan_ids}
          onChoose={(plan_ids) => onSay({ plan_ids })}
          error={plansError}
        />
      )}
      <Choice
        label={words.newcomer}
        value={said.newcomer}
        onChange={(newcomer) => onSay({ newcomer })}
        choices={(["take_over", "refuse"] as const).map((value) => ({
          value,
          label: words.newcomers[value],
        }))}
      />
      <Checkbox
        label={words.passphrase}
        checked={said.has_passphrase}
        onChange={(event) => onSay({ has_passphrase: event.currentTarget.checked })}
      />
      <Checkbox
        label={words.protection}
        checked={said.protection !== "none"}
        onChange={(event) =>
          onSay({ protection: event.currentTarget.checked ? "clearkey" : "none" })
        }
      />
    </>
  );
}

interface PlanChoiceProps {
  chosen: readonly string[];
  onChoose: (ids: string[]) => void;
  error: string | undefined;
}

function PlanChoice({ chosen, onChoose, error }: PlanChoiceProps) {
  const { liveDesk: words } = useText();
  const { data: plans } = useQuery(plansQuery);
  const toggle = (id: string, isOn: boolean) =>
    onChoose(isOn ? [...chosen, id] : chosen.filter((one) => one !== id));
  return (
    <fieldset className="grid gap-1">
      <legend className="text-sm font-semibold">{words.plans}</legend>
      {plans?.length === 0 && <p className="text-muted">{words.noPlans}</p>}
      {plans?.map((plan) => (
        <Checkbox
          key={plan.id}
          label={plan.name}
          checked={chosen.includes(plan.id)}
          onChange={(event) => toggle(plan.id, event.currentTarget.checked)}
        />
      ))}
      {error !== undefined && (
        <p role="alert" className="text-sm font-medium text-danger-text">
          {error}
        </p>
      )}
    </fieldset>
  );
}

function TemplateChoice({ onChoose }: { onChoose: (template: LiveTemplate) => void }) {
  const { liveDesk: words } = useText();
  const templates = useQuery(templatesQuery).data ?? [];
  const remove = useRemoveTemplate();
  const onError = useErrorToast();
  const [place, setPlace] = useState("");
  const chosen = place === "" ? undefined : templates[Number(place)];
  const removeChosen = (id: string, name: string) =>
    remove.mutate(id, {
      onSuccess: () => {
        showToast(words.templateRemoved(name));
        setPlace("");
      },
      onError,
    });
  return (
    <div className="grid gap-2">
      <Select
        label={words.template}
        hint={words.templateHint}
        value={place}
        onChange={({ currentTarget: { value } }) => {
          setPlace(value);
          const template = templates[Number(value)];
          if (value !== "" && template !== undefined) onChoose(template);
        }}
      >
        <option value="">{words.noTemplate}</option>
        {templates.map((template, index) => (
          <option key={template.id ?? template.name} value={index}>
            {template.name}
          </option>
        ))}
      </Select>
      {chosen?.id != null && (
        <RemoveTemplate
          name={chosen.name}
          isBusy={remove.isPending}
          onRemove={() => removeChosen(chosen.id ?? "", chosen.name)}
        />
      )}
    </div>
  );
}

interface RemoveTemplateProps {
  name: string;
  isBusy: boolean;
  onRemove: () => void;
}

function RemoveTemplate({ name, isBusy, onRemove }: RemoveTemplateProps) {
  const { common, liveDesk: words } = useText();
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      <Button variant="quiet" className="w-fit" isBusy={isBusy} onClick={() => setIsAsking(true)}>
        {words.removeTemplate}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        title={words.removeTemplateTitle(name)}
        description={words.removeTemplateBody}
        closeLabel={common.close}
        confirmLabel={words.removeTemplate}
        cancelLabel={common.cancel}
        onClose={() => setIsAsking(false)}
        onConfirm={() => {
          setIsAsking(false);
          onRemove();
        }}
      />
    </>
  );
}

function KeepTemplate({ settings }: { settings: StreamSettings }) {
  const { liveDesk: words } = useText();
  const keep = useKeepTemplate();
  const onError = useErrorToast();
  const [name, setName] = useState("");
  return (
    <div className="flex flex-wrap items-end gap-3">
      <div className="min-w-0 flex-1 basis-48">
        <Field
          label={words.templateName}
          autoComplete="off"
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </div>
      <Button
        disabled={name.trim() === ""}
        isBusy={keep.isPending}
        onClick={() =>
          keep.mutate(
            { name, settings: settingsOf(settings) },
            {
              onSuccess: (kept) => {
                showToast(words.templateKept(kept.name));
                setName("");
              },
              onError,
            },
          )
        }
      >
        {words.keepTemplate}
      </Button>
    </div>
  );
}
