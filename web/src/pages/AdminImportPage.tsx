import type { ImportLine, ImportPlan } from "@streamverse/client";
import {
  Button,
  buttonClass,
  Choice,
  ConfirmDialog,
  Notice,
  showToast,
  Skeleton,
} from "@streamverse/ui";
import { Link } from "@tanstack/react-router";
import { Check, Download, FileUp } from "lucide-react";
import { useRef, useState } from "react";

import { sentenceOf } from "../app/api";
import { formatNumber } from "../app/format";
import { useText } from "../app/i18n";
import { useErrorToast } from "../app/use-error-toast";
import { PlanLines } from "../features/importing/PlanLines";
import { useApply, useExport, usePreview } from "../features/importing/queries";
import { PageHeading } from "../features/PageHeading";
import { Permitted } from "../features/staff/Permitted";

const OUTCOMES = ["all", "new", "changed", "unchanged", "wrong"] as const;

export function AdminImportPage() {
  return (
    <Permitted to="titles.edit">
      <Import />
    </Permitted>
  );
}

function Import() {
  const text = useText();
  const { importing } = text;
  const [file, setFile] = useState<File | null>(null);
  const preview = usePreview();
  const apply = useApply();
  const look = (chosen: File) => {
    setFile(chosen);
    apply.reset();
    preview.mutate(chosen);
  };
  return (
    <div className="gutter mx-auto grid max-w-5xl gap-8">
      <PageHeading
        title={importing.title}
        intro={importing.intro}
        action={<FileButton isFirst={file === null} onChoose={look} />}
      />
      {preview.isPending && <Skeleton className="h-40" />}
      {preview.isError && <Notice tone="danger">{sentenceOf(preview.error, text)}</Notice>}
      {file !== null && preview.data !== undefined && (
        <Preview key={preview.data.fingerprint} file={file} plan={preview.data} apply={apply} />
      )}
      {file === null && <Columns />}
      <Export />
    </div>
  );
}

function FileButton({ isFirst, onChoose }: { isFirst: boolean; onChoose: (file: File) => void }) {
  const { importing } = useText();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        variant={isFirst ? "primary" : "secondary"}
        icon={<FileUp aria-hidden size={20} />}
        onClick={() => input.current?.click()}
      >
        {isFirst ? importing.choose : importing.chooseOther}
      </Button>
      <input
        ref={input}
        type="file"
        accept=".csv,.json,.txt,text/csv,application/json"
        aria-label={importing.file}
        className="hidden"
        onChange={(event) => {
          const [chosen] = event.currentTarget.files ?? [];
          event.currentTarget.value = "";
          if (chosen !== undefined) onChoose(chosen);
        }}
      />
    </>
  );
}

interface PreviewProps {
  file: File;
  plan: ImportPlan;
  apply: ReturnType<typeof useApply>;
}

/** What a file would change; as soon as it is applied, what it did. */
function Preview({ file, plan, apply }: PreviewProps) {
  const text = useText();
  const { importing } = text;
  const { counts } = plan;
  const [shown, setShown] = useState<"all" | ImportLine["outcome"]>(
    counts.wrong > 0 ? "wrong" : "all",
  );
  const countOf = (outcome: (typeof OUTCOMES)[number]) =>
    outcome === "all" ? plan.lines.length : counts[outcome];
  const lines = plan.lines.filter((line) => shown === "all" || line.outcome === shown);
  return (
    <section aria-label={importing.preview(file.name)} className="grid gap-5">
      <h2 className="text-2xl font-bold wrap-anywhere">{importing.preview(file.name)}</h2>
      {apply.isSuccess ? (
        <Notice
          action={
            <Link to="/admin/titles" hash="history" className={buttonClass("secondary", "sm")}>
              {importing.toTitles}
            </Link>
          }
        >
          {importing.applied}
        </Notice>
      ) : (
        <Verdict file={file} plan={plan} apply={apply} />
      )}
      <Choice
        label={importing.show}
        value={shown}
        onChange={setShown}
        choices={OUTCOMES.map((value) => ({
          value,
          label: importing.outcomes[value](formatNumber(countOf(value))),
        }))}
      />
      <PlanLines lines={lines} />
    </section>
  );
}

function Verdict({ file, plan: { counts, fingerprint }, apply }: PreviewProps) {
  const text = useText();
  const showError = useErrorToast();
  const { importing } = text;
  const [isAsking, setIsAsking] = useState(false);
  if (counts.wrong > 0) return <Notice tone="danger">{importing.wrongFirst}</Notice>;
  if (counts.new + counts.changed === 0) return <Notice>{importing.nothingToDo}</Notice>;
  return (
    <>
      <Button
        variant="primary"
        className="justify-self-start"
        icon={<Check aria-hidden size={20} />}
        onClick={() => setIsAsking(true)}
      >
        {importing.apply}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={importing.applyTitle}
        description={importing.applyBody(formatNumber(counts.changed), formatNumber(counts.new))}
        confirmLabel={importing.apply}
        cancelLabel={text.common.cancel}
        closeLabel={text.common.close}
        isBusy={apply.isPending}
        onConfirm={() =>
          apply.mutate(
            { file, fingerprint },
            {
              onSuccess: () => showToast(importing.applied),
              onError: showError,
              onSettled: () => setIsAsking(false),
            },
          )
        }
      />
    </>
  );
}

function Columns() {
  const { importing } = useText();
  return (
    <section className="grid gap-3">
      <h2 className="text-2xl font-bold">{importing.columnsTitle}</h2>
      {importing.columns.map((sentence) => (
        <p key={sentence} className="max-w-3xl text-muted">
          {sentence}
        </p>
      ))}
    </section>
  );
}

function Export() {
  const text = useText();
  const showError = useErrorToast();
  const { importing } = text;
  const written = useExport();
  return (
    <section className="grid justify-items-start gap-3">
      <h2 className="text-2xl font-bold">{importing.exportTitle}</h2>
      <p className="max-w-3xl text-muted">{importing.exportIntro}</p>
      <div className="flex flex-wrap gap-3">
        {(["csv", "json"] as const).map((form) => (
          <Button
            key={form}
            icon={<Download aria-hidden size={18} />}
            isBusy={written.isPending && written.variables === form}
            onClick={() =>
              written.mutate(form, {
                onError: showError,
              })
            }
          >
            {importing.exportAs(form.toUpperCase())}
          </Button>
        ))}
      </div>
    </section>
  );
}
