import type { Title } from "@streamverse/client";
import { type Thumbnail, thumbnailAt } from "@streamverse/player";
import { Button, buttonClass, Card, Field, showToast } from "@streamverse/ui";
import { Link } from "@tanstack/react-router";
import { Crop, Scissors, SquareSplitHorizontal } from "lucide-react";
import { type KeyboardEvent, type SubmitEvent, useState } from "react";

import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { FormDialog } from "../FormDialog";
import { useThumbnails } from "../player/use-thumbnails";
import {
  type Cut,
  exactTime,
  instant,
  playedRange,
  type Range,
  share,
  withStart,
  withStop,
} from "./cut";
import { useSplit, useTakePart, useTrim } from "./queries";

interface CutEditorProps {
  title: Title;
  cut: Cut & { readonly thumbnails_url: string | null };
}

/** The whole of a recording on a bar, with a place on it and the range that is chosen. */
export function CutEditor({ title, cut }: CutEditorProps) {
  const { recordings } = useText();
  const played = playedRange(cut);
  const [place, setPlace] = useState(played.start);
  const [range, setRange] = useState<Range>(played);
  const last = cut.instants_ms.length - 1;
  const at = exactTime(instant(cut, place));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "i") setRange(withStart(cut, range, place));
    if (key === "o") setRange(withStop(range, place));
  };
  const said = [range.start, range.stop].map((each) => exactTime(instant(cut, each)));
  const length = exactTime(instant(cut, range.stop) - instant(cut, range.start));
  return (
    <Card className="grid gap-5">
      <Picture cut={cut} place={place} />
      <div className="grid gap-2">
        <Bar cut={cut} played={played} range={range} />
        <input
          type="range"
          aria-label={recordings.place}
          aria-valuetext={recordings.at(at)}
          min={0}
          max={last}
          value={place}
          onChange={(event) => setPlace(event.currentTarget.valueAsNumber)}
          onKeyDown={onKeyDown}
          className="h-8 w-full cursor-pointer accent-accent"
        />
        <p className="text-sm text-muted">{recordings.placeHint}</p>
      </div>
      <div className="flex flex-wrap items-center gap-3">
        <span className="min-w-28 font-semibold tabular-nums">{at}</span>
        <Button disabled={place >= last} onClick={() => setRange(withStart(cut, range, place))}>
          {recordings.setStart}
        </Button>
        <Button disabled={place === 0} onClick={() => setRange(withStop(range, place))}>
          {recordings.setEnd}
        </Button>
        <Button variant="quiet" onClick={() => setRange({ start: 0, stop: last })}>
          {recordings.restore}
        </Button>
      </div>
      <p role="status" className="font-semibold tabular-nums">
        {recordings.chosen(said[0] ?? "", said[1] ?? "", length)}
      </p>
      <p className="text-muted tabular-nums">
        {recordings.played(
          exactTime(instant(cut, played.start)),
          exactTime(instant(cut, played.stop)),
        )}
      </p>
      <Actions title={title} cut={cut} range={range} place={place} length={length} />
    </Card>
  );
}

interface ActionsProps {
  title: Title;
  cut: Cut;
  range: Range;
  place: number;
  length: string;
}

function Actions({ title, cut, range, place, length }: ActionsProps) {
  const { recordings } = useText();
  const [asked, setAsked] = useState<"split" | "part" | null>(null);
  const trim = useTrim(title.id);
  const onError = useErrorToast();
  const played = playedRange(cut);
  const isPlayed = range.start === played.start && range.stop === played.stop;
  const isWithin = played.start < place && place < played.stop;
  return (
    <div className="flex flex-wrap gap-3">
      <Button
        variant="primary"
        icon={<Crop aria-hidden size={18} />}
        disabled={isPlayed}
        isBusy={trim.isPending}
        onClick={() =>
          trim.mutate(range, { onSuccess: () => showToast(recordings.trimmed), onError })
        }
      >
        {recordings.trim}
      </Button>
      <Button
        icon={<SquareSplitHorizontal aria-hidden size={18} />}
        disabled={!isWithin}
        onClick={() => setAsked("split")}
      >
        {recordings.split}
      </Button>
      <Button icon={<Scissors aria-hidden size={18} />} onClick={() => setAsked("part")}>
        {recordings.part}
      </Button>
      <Link
        to="/titles/$id/edit"
        params={{ id: title.id }}
        hash="markers"
        className={buttonClass("quiet")}
      >
        {recordings.chapters}
      </Link>
      {asked === "split" && (
        <SplitDialog title={title} cut={cut} place={place} onClose={() => setAsked(null)} />
      )}
      {asked === "part" && (
        <PartDialog title={title} range={range} length={length} onClose={() => setAsked(null)} />
      )}
    </div>
  );
}

interface SplitDialogProps {
  title: Title;
  cut: Cut;
  place: number;
  onClose: () => void;
}

function SplitDialog({ title, cut, place, onClose }: SplitDialogProps) {
  const text = useText();
  const { recordings } = text;
  const split = useSplit(title.id);
  return (
    <NameDialog
      heading={recordings.splitTitle}
      body={recordings.splitBody(exactTime(instant(cut, place)))}
      submit={recordings.split}
      suggested={`${title.name} (2)`}
      isBusy={split.isPending}
      error={split.error}
      onName={(name) =>
        split.mutate(
          { at: place, name },
          {
            onSuccess: () => {
              showToast(recordings.made(name));
              onClose();
            },
          },
        )
      }
      onClose={onClose}
    />
  );
}

interface PartDialogProps {
  title: Title;
  range: Range;
  length: string;
  onClose: () => void;
}

function PartDialog({ title, range, length, onClose }: PartDialogProps) {
  const text = useText();
  const { recordings } = text;
  const take = useTakePart(title.id);
  return (
    <NameDialog
      heading={recordings.partTitle}
      body={recordings.partBody(length)}
      submit={recordings.part}
      suggested=""
      isBusy={take.isPending}
      error={take.error}
      onName={(name) =>
        take.mutate(
          { ...range, name },
          {
            onSuccess: () => {
              showToast(recordings.made(name));
              onClose();
            },
          },
        )
      }
      onClose={onClose}
    />
  );
}

interface NameDialogProps {
  heading: string;
  body: string;
  submit: string;
  suggested: string;
  isBusy: boolean;
  error: Error | null;
  onName: (name: string) => void;
  onClose: () => void;
}

function NameDialog(props: NameDialogProps) {
  const text = useText();
  const problem = placeProblem(props.error, text);
  return (
    <FormDialog
      title={props.heading}
      description={props.body}
      submit={props.submit}
      isBusy={props.isBusy}
      error={props.error}
      above={problem.above}
      onClose={props.onClose}
      onSubmit={(event: SubmitEvent<HTMLFormElement>) => props.onName(readForm(event)("name"))}
    >
      <Field
        label={text.recordings.name}
        name="name"
        autoComplete="off"
        maxLength={200}
        required
        defaultValue={props.suggested}
        error={problem.at["name"]}
      />
    </FormDialog>
  );
}

/** What of the whole is played, and what is chosen of it. */
function Bar({ cut, played, range }: { cut: Cut; played: Range; range: Range }) {
  const stretch = ({ start, stop }: Range) => ({
    insetInlineStart: `${100 * share(cut, start)}%`,
    width: `${100 * (share(cut, stop) - share(cut, start))}%`,
  });
  return (
    <div aria-hidden className="relative h-10 overflow-hidden rounded-lg bg-raised">
      <div className="absolute inset-y-0 bg-chart-2/40" style={stretch(played)} />
      <div className="absolute inset-y-0 border-x-4 border-accent" style={stretch(range)} />
    </div>
  );
}

function Picture({ cut, place }: { cut: CutEditorProps["cut"]; place: number }) {
  const { recordings } = useText();
  const thumbnails = useThumbnails(cut.thumbnails_url);
  const played = playedRange(cut);
  // Small pictures are made of what is played, and count from its beginning.
  const at = instant(cut, place) - instant(cut, played.start);
  const isPlayed = played.start <= place && place < played.stop;
  const shown = isPlayed ? thumbnailAt(thumbnails, at / 1000) : null;
  return (
    <div className="grid h-48 place-items-center overflow-hidden rounded-card bg-stage text-stage-ink">
      {shown === null ? <p>{recordings.noPicture}</p> : <Sprite shown={shown} />}
    </div>
  );
}

function Sprite({ shown }: { shown: Thumbnail }) {
  return (
    <div
      aria-hidden
      data-testid="place"
      style={{
        width: shown.width,
        height: shown.height,
        background: `url("${shown.sheetUrl}") -${shown.x}px -${shown.y}px`,
      }}
    />
  );
}
