import type { LiveStream } from "@streamverse/client";
import {
  Button,
  ConfirmDialog,
  Dialog,
  DialogActions,
  Field,
  Notice,
  showToast,
  Skeleton,
} from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { type SubmitEvent, useState } from "react";

import { sentenceOf } from "../../app/api";
import { placeProblem, readForm } from "../../app/forms";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { CopyLine } from "../staff/CopyLine";
import { keyQuery, useAddStream, useChangeKey, useRemoveStream } from "./queries";

const FORM_ID = "stream";

/** Make a stream, and go on with what its encoder needs. */
export function AddStreamDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const { live } = text;
  const add = useAddStream();
  const problem = placeProblem(add.error, text);
  if (add.data) return <EncoderDialog stream={add.data} onClose={onClose} />;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    const read = readForm(event);
    add.mutate(
      { name: read("name"), description: read("description") },
      { onSuccess: ({ name }) => showToast(live.added(name)) },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={live.add}
      description={live.addIntro}
      closeLabel={text.common.close}
    >
      {problem.above !== null && <Notice tone="danger">{problem.above}</Notice>}
      <form id={FORM_ID} onSubmit={submit} className="grid gap-5">
        <Field
          label={live.name}
          name="name"
          autoComplete="off"
          maxLength={200}
          required
          error={problem.at["name"]}
        />
        <Field
          label={live.description}
          name="description"
          autoComplete="off"
          maxLength={5000}
          error={problem.at["description"]}
        />
      </form>
      <DialogActions>
        <Button variant="quiet" onClick={onClose}>
          {text.common.cancel}
        </Button>
        <Button type="submit" form={FORM_ID} variant="primary" isBusy={add.isPending}>
          {live.add}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** Where an encoder sends to, and its key. */
export function EncoderDialog({ stream, onClose }: { stream: LiveStream; onClose: () => void }) {
  const text = useText();
  const { live } = text;
  const { data, error } = useQuery(keyQuery(stream.id));
  const change = useChangeKey(stream.id);
  const [isAsking, setIsAsking] = useState(false);
  const onError = useErrorToast();
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={live.setUpTitle(stream.name)}
      description={live.setUpIntro}
      closeLabel={text.common.close}
    >
      {error !== null && <Notice tone="danger">{sentenceOf(error, text)}</Notice>}
      {data === undefined ? (
        <Skeleton className="h-40" />
      ) : (
        <div className="grid gap-3">
          {data.rtmp_url === null ? (
            <Notice tone="danger">{live.noServer}</Notice>
          ) : (
            <CopyLine label={live.server} value={data.rtmp_url} />
          )}
          <CopyLine label={live.key} value={data.key} />
          {data.srt_url !== null && <CopyLine label={live.srt} value={data.srt_url} />}
          <p className="text-sm text-muted">{live.keyHint}</p>
        </div>
      )}
      <DialogActions>
        <Button
          icon={<RefreshCw aria-hidden size={18} />}
          isBusy={change.isPending}
          onClick={() => setIsAsking(true)}
        >
          {live.changeKey}
        </Button>
        <Button variant="primary" onClick={onClose}>
          {text.common.close}
        </Button>
      </DialogActions>
      <ConfirmDialog
        isOpen={isAsking}
        title={live.changeKeyTitle}
        description={live.changeKeyBody}
        closeLabel={text.common.close}
        confirmLabel={live.changeKey}
        cancelLabel={text.common.cancel}
        onClose={() => setIsAsking(false)}
        onConfirm={() => {
          setIsAsking(false);
          change.mutate(undefined, { onSuccess: () => showToast(live.keyChanged), onError });
        }}
      />
    </Dialog>
  );
}

export function RemoveStreamDialog({
  stream,
  onClose,
}: {
  stream: LiveStream;
  onClose: () => void;
}) {
  const text = useText();
  const { live } = text;
  const remove = useRemoveStream(stream.id);
  const onError = useErrorToast();
  return (
    <ConfirmDialog
      isOpen
      title={live.removeTitle(stream.name)}
      description={live.removeBody}
      closeLabel={text.common.close}
      confirmLabel={live.remove}
      cancelLabel={text.common.cancel}
      onClose={onClose}
      onConfirm={() => {
        onClose();
        remove.mutate(undefined, {
          onSuccess: () => showToast(live.removed(stream.name)),
          onError,
        });
      }}
    />
  );
}
