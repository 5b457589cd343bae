import { Button, buttonClass, Card, Field, IconButton, Progress } from "@streamverse/ui";
import { Link } from "@tanstack/react-router";
import { CircleCheck, Pause, Play, X } from "lucide-react";

import { formatBytes, formatPercent, formatRoughTime } from "../../app/format";
import { type Messages, useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import type { QueuedFile, Stage } from "./queue";
import { uploads } from "./uploads";

const PAUSABLE: readonly Stage[] = ["queued", "connecting", "uploading", "waiting"];

/** One file on its way. */
export function UploadRow({ file }: { file: QueuedFile }) {
  const text = useText();
  const isSettled = file.stage === "accepted" || file.stage === "refused";
  return (
    <Card className="grid gap-4">
      <div className="flex items-start gap-2">
        <div className="grid min-w-0 flex-1 gap-1">
          {isSettled ? (
            <h3 className="font-sans text-lg leading-snug font-semibold tracking-normal wrap-anywhere">
              {file.name}
            </h3>
          ) : (
            <Field
              label={text.upload.nameLabel}
              aria-label={text.upload.nameOf(file.fileName)}
              value={file.name}
              maxLength={200}
              onChange={(event) => uploads.rename(file.key, event.target.value)}
            />
          )}
          <p className="text-sm wrap-anywhere text-muted">
            {file.fileName} · {formatBytes(file.sizeBytes)}
          </p>
        </div>
        <RowButtons file={file} />
      </div>
      {!isSettled && (
        <Progress
          label={text.upload.progressOf(file.fileName)}
          value={file.stage === "checking" ? null : file.sentBytes / file.sizeBytes}
          text={`${formatPercent(file.sentBytes / file.sizeBytes)}, ${stageSentence(file, text)}`}
          tone={file.stage === "paused" || file.stage === "waiting" ? "muted" : "accent"}
        />
      )}
      <StageLine file={file} />
    </Card>
  );
}

function RowButtons({ file }: { file: QueuedFile }) {
  const text = useText();
  const showError = useErrorToast();
  const isEnding = file.stage === "checking" || file.stage === "accepted";
  const isRefused = file.stage === "refused";
  const remove = async () => {
    try {
      await uploads.remove(file.key);
    } catch (error) {
      showError(error);
    }
  };
  return (
    <div className="flex shrink-0">
      {PAUSABLE.includes(file.stage) && (
        <IconButton
          label={text.upload.pauseOf(file.fileName)}
          onClick={() => void uploads.pause(file.key)}
        >
          <Pause aria-hidden size={20} />
        </IconButton>
      )}
      {file.stage === "paused" && (
        <IconButton
          label={text.upload.resumeOf(file.fileName)}
          onClick={() => uploads.resume(file.key)}
        >
          <Play aria-hidden size={20} />
        </IconButton>
      )}
      {!isEnding && (
        <IconButton
          label={
            isRefused ? text.upload.dismissOf(file.fileName) : text.upload.cancelOf(file.fileName)
          }
          onClick={() => void remove()}
        >
          <X aria-hidden size={20} />
        </IconButton>
      )}
    </div>
  );
}

function StageLine({ file }: { file: QueuedFile }) {
  const text = useText();
  if (file.stage === "accepted") {
    return (
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p role="status" className="flex items-center gap-2 font-medium text-good-text">
          <CircleCheck aria-hidden size={20} />
          {text.upload.accepted}
        </p>
        {file.titleId !== null && (
          <Link
            to="/titles/$id"
            params={{ id: file.titleId }}
            className={buttonClass("primary", "sm")}
          >
            {text.upload.toTitle}
          </Link>
        )}
      </div>
    );
  }
  if (file.stage === "refused") {
    return (
      <p role="alert" className="rounded-xl bg-danger-wash px-4 py-3 font-medium text-danger-text">
        {file.problem ?? text.upload.refused}
      </p>
    );
  }
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 text-muted tabular-nums">
      <p
        role={file.stage === "waiting" ? "status" : undefined}
        className={file.stage === "waiting" ? "text-ink" : ""}
      >
        {stageSentence(file, text)}
      </p>
      {file.stage === "waiting" && (
        <Button size="sm" onClick={() => uploads.retryNow(file.key)}>
          {text.upload.retryNow}
        </Button>
      )}
    </div>
  );
}

function stageSentence(file: QueuedFile, text: Messages): string {
  switch (file.stage) {
    case "queued":
      return text.upload.queued;
    case "connecting":
      return text.upload.connecting;
    case "uploading":
      return progressSentence(file, text);
    case "paused":
      return file.problem ?? text.upload.pausedAt(formatPercent(file.sentBytes / file.sizeBytes));
    case "waiting":
      return file.problem ?? text.upload.unreachable(file.retryInSeconds ?? 0);
    case "checking":
      return text.upload.checking;
    case "accepted":
      return text.upload.accepted;
    case "refused":
      return text.upload.refused;
  }
}

function progressSentence(file: QueuedFile, text: Messages): string {
  const parts = [text.upload.bytes(formatBytes(file.sentBytes), formatBytes(file.sizeBytes))];
  if (file.bytesPerSecond !== null && file.bytesPerSecond > 0) {
    const secondsLeft = (file.sizeBytes - file.sentBytes) / file.bytesPerSecond;
    parts.push(
      text.upload.speed(formatBytes(file.bytesPerSecond)),
      text.timeLeft(formatRoughTime(secondsLeft)),
    );
  }
  return parts.join(" · ");
}
