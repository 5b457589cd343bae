import { Choice, Field, showToast } from "@streamverse/ui";
import { type SubmitEvent, useState } from "react";

import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { TitlePicker } from "../editor/TitlePicker";
import { FormDialog } from "../FormDialog";
import { type Decision, type LibraryFile, useDecide } from "./queries";

const SORTS = ["film", "episode", "extra"] as const;
type Sort = (typeof SORTS)[number];
type ExtraSort = "trailer" | "bonus";
interface Owner {
  id: string;
  name: string;
}

/** Say what a file is whose name did not tell. */
export function ExplainDialog({ file, onClose }: { file: LibraryFile; onClose: () => void }) {
  const text = useText();
  const words = text.folders;
  const decide = useDecide(file.id);
  const problem = placeProblem(decide.error, text);
  const [sort, setSort] = useState<Sort>(file.reason === "whose_extra" ? "extra" : "film");
  const [owner, setOwner] = useState<Owner | null>(null);
  const [extra, setExtra] = useState<ExtraSort>("bonus");
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const decision = decisionOf(sort, readForm(event), owner, extra);
    if (decision === null) return;
    decide.mutate(decision, {
      onSuccess: () => {
        showToast(words.decided);
        onClose();
      },
    });
  };
  return (
    <FormDialog
      title={words.explainTitle}
      description={file.path}
      submit={words.takeIn}
      isBusy={decide.isPending}
      error={decide.error}
      above={problem.above}
      onSubmit={submit}
      onClose={onClose}
    >
      <Choice
        label={words.isA}
        value={sort}
        onChange={setSort}
        choices={SORTS.map((value) => ({ value, label: words.are[value] }))}
      />
      {sort === "episode" ? (
        <EpisodeFields at={problem.at} />
      ) : (
        <Field
          key={sort}
          label={words.name}
          name="name"
          defaultValue={nameOf(file.path)}
          maxLength={200}
          required
          error={problem.at["name"]}
        />
      )}
      {sort === "film" && (
        <Field label={words.year} name="year" type="number" min={1870} max={2200} />
      )}
      {sort === "extra" && (
        <>
          <Choice
            label={words.extraKind}
            value={extra}
            onChange={setExtra}
            choices={(["bonus", "trailer"] as const).map((value) => ({
              value,
              label: words.extraKinds[value],
            }))}
          />
          {owner === null ? (
            <TitlePicker known={new Set()} error={problem.at["of_title_id"]} onAdd={setOwner} />
          ) : (
            <p>
              {words.extraOf}: <strong>{owner.name}</strong>
            </p>
          )}
        </>
      )}
    </FormDialog>
  );
}

function EpisodeFields({ at }: { at: Readonly<Record<string, string>> }) {
  const words = useText().folders;
  return (
    <>
      <Field label={words.show} name="show" maxLength={200} required error={at["show"]} />
      <div className="grid grid-cols-2 gap-4">
        <Field
          label={words.season}
          name="season"
          type="number"
          min={0}
          defaultValue={1}
          required
          error={at["season"]}
        />
        <Field
          label={words.number}
          name="number"
          type="number"
          min={0}
          required
          error={at["number"]}
        />
      </div>
      <Field label={words.episodeName} name="name" maxLength={200} />
    </>
  );
}

function decisionOf(
  sort: Sort,
  read: (name: string) => string,
  owner: Owner | null,
  extra: ExtraSort,
): Decision | null {
  const name = read("name");
  if (sort === "film") {
    return { type: "film", name, year: read("year") === "" ? null : Number(read("year")) };
  }
  if (sort === "episode") {
    const season = Number(read("season"));
    return { type: "episode", show: read("show"), season, number: Number(read("number")), name };
  }
  return owner === null ? null : { type: "extra", name, of_title_id: owner.id, extra };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.[^.]*$/, "");
}
