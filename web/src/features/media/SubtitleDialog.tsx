import type { Subtitle } from "@streamverse/client";
import {
  Button,
  Checkbox,
  Dialog,
  DialogActions,
  Field,
  Notice,
  Select,
  showToast,
} from "@streamverse/ui";
import { type SubmitEvent, useState } from "react";

import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { languageChoices } from "../preferences/languages";
import { type SubtitleWords, useAddSubtitles, useChangeSubtitles } from "./queries";
import { readSidecarName } from "./sidecar";

const FORM_ID = "subtitle-words";

export function AddSubtitlesDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const text = useText();
  const { subtitles } = text.media;
  const add = useAddSubtitles(id);
  const [file, setFile] = useState<File | null>(null);
  const [isMissing, setIsMissing] = useState(false);
  const problem = placeProblem(add.error, text);
  const guessed = file === null ? null : readSidecarName(file.name);

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const words = readWords(event);
    setIsMissing(file === null);
    if (file === null) return;
    add.mutate(
      { file, words },
      {
        onSuccess: () => {
          onClose();
          showToast(subtitles.added(file.name));
        },
      },
    );
  };

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={subtitles.addTitle}
      description={subtitles.addBody}
      closeLabel={text.common.close}
    >
      {problem.above !== null && <Notice tone="danger">{problem.above}</Notice>}
      <form id={FORM_ID} onSubmit={submit} className="grid gap-5" noValidate>
        <Field
          label={subtitles.file}
          name="file"
          type="file"
          accept=".srt,.vtt,.ass,.ssa"
          className="py-2.5"
          error={isMissing && file === null ? subtitles.noFile : undefined}
          onChange={(event) => setFile(event.target.files?.[0] ?? null)}
        />
        {/* A file's name says most of it: the fields begin anew with each file. */}
        <WordFields
          key={file?.name}
          words={{
            language: guessed?.language ?? null,
            label: null,
            is_forced: guessed?.isForced ?? false,
            is_sdh: guessed?.isSdh ?? false,
          }}
          errors={problem.at}
        />
      </form>
      <Actions onClose={onClose} isBusy={add.isPending} label={subtitles.add} />
    </Dialog>
  );
}

export interface EditSubtitlesDialogProps {
  id: string;
  subtitle: Subtitle;
  onClose: () => void;
}

export function EditSubtitlesDialog({ id, subtitle, onClose }: EditSubtitlesDialogProps) {
  const text = useText();
  const { subtitles } = text.media;
  const change = useChangeSubtitles(id);
  const problem = placeProblem(change.error, text);
  const submit = (event: SubmitEvent<HTMLFormElement>) =>
    change.mutate(
      { subtitleId: subtitle.id, words: readWords(event) },
      {
        onSuccess: () => {
          onClose();
          showToast(text.title.saved);
        },
      },
    );
  return (
    <Dialog isOpen onClose={onClose} title={subtitles.editTitle} closeLabel={text.common.close}>
      {problem.above !== null && <Notice tone="danger">{problem.above}</Notice>}
      <form id={FORM_ID} onSubmit={submit} className="grid gap-5" noValidate>
        <WordFields words={subtitle} errors={problem.at} />
      </form>
      <Actions onClose={onClose} isBusy={change.isPending} label={text.common.save} />
    </Dialog>
  );
}

interface WordFieldsProps {
  words: SubtitleWords;
  errors: Readonly<Record<string, string>>;
}

function WordFields({ words, errors }: WordFieldsProps) {
  const { subtitles } = useText().media;
  const languages = languageChoices(words.language === null ? [] : [words.language]);
  return (
    <>
      <Select
        label={subtitles.language}
        name="language"
        defaultValue={words.language ?? ""}
        error={errors["language"]}
      >
        <option value="">{subtitles.noLanguage}</option>
        {languages.map(({ tag, name }) => (
          <option key={tag} value={tag}>
            {name}
          </option>
        ))}
      </Select>
      <Field
        label={subtitles.name}
        hint={subtitles.nameHint}
        name="label"
        maxLength={100}
        defaultValue={words.label ?? ""}
        error={errors["label"]}
      />
      <div>
        <Checkbox
          name="is_forced"
          label={subtitles.forced}
          hint={subtitles.forcedHint}
          defaultChecked={words.is_forced}
        />
        <Checkbox
          name="is_sdh"
          label={subtitles.sdh}
          hint={subtitles.sdhHint}
          defaultChecked={words.is_sdh}
        />
      </div>
    </>
  );
}

interface ActionsProps {
  onClose: () => void;
  isBusy: boolean;
  label: string;
}

function Actions({ onClose, isBusy, label }: ActionsProps) {
  const text = useText();
  return (
    <DialogActions>
      <Button variant="quiet" onClick={onClose}>
        {text.common.cancel}
      </Button>
      <Button type="submit" form={FORM_ID} variant="primary" isBusy={isBusy}>
        {label}
      </Button>
    </DialogActions>
  );
}

function readWords(event: SubmitEvent<HTMLFormElement>): SubtitleWords {
  const read = readForm(event);
  return {
    language: read("language") || null,
    label: read("label").trim() || null,
    is_forced: read("is_forced") === "on",
    is_sdh: read("is_sdh") === "on",
  };
}
