import type { LiveStream } from "@streamverse/client";
import {
  Button,
  ConfirmDialog,
  Dialog,
  DialogActions,
  Notice,
  showToast,
  Skeleton,
} from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { useState } from "react";

import { sentenceOf } from "../../app/api";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { CopyLine } from "../staff/CopyLine";
import { BackupKey } from "./BackupKey";
import { keyQuery, useChangeKey } from "./queries";

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
          {data.rtmps_url !== null && <CopyLine label={live.rtmps} value={data.rtmps_url} />}
          <CopyLine label={live.key} value={data.key} />
          {data.srt_url !== null && <CopyLine label={live.srt} value={data.srt_url} />}
          {data.whip_url !== null && <CopyLine label={live.whip} value={data.whip_url} />}
          <p className="text-sm text-muted">{live.keyHint}</p>
          <BackupKey streamId={stream.id} />
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
