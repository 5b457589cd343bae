import type { Upload } from "@streamverse/client";
import {
  Badge,
  Button,
  buttonClass,
  Card,
  IconButton,
  Progress,
  showProblem,
} from "@streamverse/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { RotateCw, X } from "lucide-react";
import { useRef } from "react";

import { formatBytes } from "../../app/format";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { takeFiles } from "./take-files";
import { removeUpload, uploadsQuery, useQueuedFiles } from "./uploads";

const ACCEPTED_SHOWN = 5;

/** Uploads the server knows of that are not under way on this page, say after a reload. */
export function EarlierUploads() {
  const text = useText();
  const { data: known = [] } = useQuery(uploadsQuery);
  const here = new Set(useQueuedFiles().map((file) => file.uploadId));
  const earlier = known.filter((upload) => !here.has(upload.id) && upload.state !== "fetching");
  const accepted = earlier.filter((upload) => upload.state === "accepted");
  const shown = earlier.filter(
    (u) => u.state !== "accepted" || accepted.indexOf(u) < ACCEPTED_SHOWN,
  );
  if (shown.length === 0) return null;
  return (
    <section aria-labelledby="earlier-uploads" className="mt-12">
      <h2 id="earlier-uploads" className="mb-4 text-2xl font-bold">
        {text.upload.earlier}
      </h2>
      <ul className="grid gap-3">
        {shown.map((upload) => (
          <li key={upload.id}>
            <EarlierUpload upload={upload} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function EarlierUpload({ upload }: { upload: Upload }) {
  const text = useText();
  const hasProblem = upload.state === "refused" || upload.state === "expired";
  return (
    <Card className="grid gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="min-w-0 flex-1 basis-60">
          <p className="font-semibold wrap-anywhere">{upload.title_name}</p>
          <p className="text-sm wrap-anywhere text-muted">
            {upload.origin ?? upload.filename}
            {upload.size_bytes > 0 && ` · ${formatBytes(upload.size_bytes)}`}
          </p>
        </div>
        <div className="flex items-center gap-2">
          {upload.state === "checking" && <Badge tone="accent">{text.upload.checking}</Badge>}
          {upload.state === "uploading" && <ChooseAgain upload={upload} />}
          {upload.state === "accepted" && upload.title_id !== null && (
            <Link
              to="/titles/$id"
              params={{ id: upload.title_id }}
              className={buttonClass("secondary", "sm")}
            >
              {text.upload.toTitle}
            </Link>
          )}
          {(hasProblem || upload.state === "uploading") && <Remove upload={upload} />}
        </div>
      </div>
      {upload.state === "uploading" && (
        <>
          <Progress
            label={text.upload.progressOf(upload.filename)}
            value={upload.offset_bytes / upload.size_bytes}
            tone="muted"
          />
          <p className="text-sm text-muted">
            {text.upload.chooseAgainHint(
              formatBytes(upload.offset_bytes),
              formatBytes(upload.size_bytes),
            )}
          </p>
        </>
      )}
      {hasProblem && (
        <p className="rounded-xl bg-danger-wash px-4 py-3 font-medium text-danger-text">
          {upload.problem?.detail ??
            (upload.state === "expired" ? text.upload.expired : text.upload.refused)}
        </p>
      )}
    </Card>
  );
}

/** What the server fetches by itself. */
export function FetchedUploads() {
  const text = useText();
  const { data: known = [] } = useQuery(uploadsQuery);
  const fetched = known.filter((upload) => upload.state === "fetching");
  if (fetched.length === 0) return null;
  return (
    <section aria-labelledby="fetched-uploads" className="mt-12">
      <h2 id="fetched-uploads" className="mb-4 text-2xl font-bold">
        {text.fetching.underWay}
      </h2>
      <ul className="grid gap-3">
        {fetched.map((upload) => (
          <li key={upload.id}>
            <FetchedUpload upload={upload} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function FetchedUpload({ upload }: { upload: Upload }) {
  const text = useText();
  const isKnown = upload.size_bytes > 0;
  const arrived = formatBytes(upload.offset_bytes);
  const progress = isKnown
    ? text.upload.bytes(arrived, formatBytes(upload.size_bytes))
    : upload.offset_bytes > 0
      ? arrived
      : text.fetching.begins;
  return (
    <Card className="grid gap-3">
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0 flex-1">
          <p className="font-semibold wrap-anywhere">{upload.title_name}</p>
          <p className="text-sm wrap-anywhere text-muted">{upload.origin}</p>
        </div>
        <Remove upload={upload} />
      </div>
      <Progress
        label={text.fetching.progressOf(upload.title_name)}
        value={isKnown ? upload.offset_bytes / upload.size_bytes : null}
        tone={upload.problem ? "muted" : "accent"}
      />
      <p className="text-sm text-muted tabular-nums">
        {upload.problem ? text.fetching.triesAgain(upload.problem.detail) : progress}
      </p>
    </Card>
  );
}

/** After a reload only the person can give the file again; then it goes on where it stopped. */
function ChooseAgain({ upload }: { upload: Upload }) {
  const text = useText();
  const input = useRef<HTMLInputElement>(null);
  const take = (file: File | undefined) => {
    if (!file) return;
    if (file.name === upload.filename && file.size === upload.size_bytes) takeFiles([file], text);
    else showProblem(text.upload.wrongFile(upload.filename, formatBytes(upload.size_bytes)));
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={`${text.upload.chooseAgain}: ${upload.filename}`}
        onChange={(event) => {
          take(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <Button
        size="sm"
        variant="primary"
        className="whitespace-normal"
        icon={<RotateCw aria-hidden size={16} />}
        onClick={() => input.current?.click()}
      >
        {text.upload.chooseAgain}
      </Button>
    </>
  );
}

export function Remove({ upload }: { upload: Upload }) {
  const text = useText();
  const showError = useErrorToast();
  const queryClient = useQueryClient();
  const remove = async () => {
    try {
      await removeUpload(upload.id);
    } catch (error) {
      showError(error);
    }
    await queryClient.invalidateQueries({ queryKey: uploadsQuery.queryKey });
  };
  const label =
    upload.state === "uploading" || upload.state === "fetching"
      ? text.upload.cancelOf(upload.filename)
      : text.upload.dismissOf(upload.filename);
  return (
    <IconButton label={label} onClick={() => void remove()}>
      <X aria-hidden size={18} />
    </IconButton>
  );
}
