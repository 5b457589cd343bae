import { Button, Choice, Notice, showToast, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { RefreshCw, ShieldPlus, Trash2 } from "lucide-react";

import { sentenceOf } from "../../app/api";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { CopyLine } from "../staff/CopyLine";
import {
  backupQuery,
  useChooseComeback,
  useMakeBackupKey,
  useRemoveBackup,
} from "./target-queries";

/** Where a second encoder sends to, and its key; or the way to let there be one. */
export function BackupKey({ streamId }: { streamId: string }) {
  const text = useText();
  const { restreams: words } = text;
  const { data, error } = useQuery(backupQuery(streamId));
  const make = useMakeBackupKey(streamId);
  const choose = useChooseComeback(streamId);
  const remove = useRemoveBackup(streamId);
  const onError = useErrorToast();
  const makeKey = () =>
    make.mutate(undefined, { onSuccess: () => showToast(words.backupMade), onError });
  return (
    <section aria-labelledby="backup" className="mt-2 grid gap-3 border-t border-line pt-4">
      <h3 id="backup" className="text-lg font-semibold">
        {words.backup}
      </h3>
      <p className="text-sm text-muted">{words.backupIntro}</p>
      {error !== null && <Notice tone="danger">{sentenceOf(error, text)}</Notice>}
      {data === undefined && error === null && <Skeleton className="h-12" />}
      {data === null && (
        <Button
          icon={<ShieldPlus aria-hidden size={18} />}
          isBusy={make.isPending}
          onClick={makeKey}
        >
          {words.backupMake}
        </Button>
      )}
      {data !== undefined && data !== null && (
        <>
          {data.rtmp_url !== null && <CopyLine label={words.backupServer} value={data.rtmp_url} />}
          {data.rtmps_url !== null && <CopyLine label={words.backupRtmps} value={data.rtmps_url} />}
          <CopyLine label={words.backupKey} value={data.key} />
          {data.srt_url !== null && <CopyLine label={words.backupSrt} value={data.srt_url} />}
          {data.whip_url !== null && <CopyLine label={words.backupWhip} value={data.whip_url} />}
          <Choice
            label={words.comeback}
            value={data.comeback}
            onChange={(comeback) => choose.mutate(comeback, { onError })}
            choices={(["take_back", "wait"] as const).map((value) => ({
              value,
              label: words.comebacks[value],
            }))}
          />
          <div className="flex flex-wrap gap-2">
            <Button
              size="sm"
              icon={<RefreshCw aria-hidden size={16} />}
              isBusy={make.isPending}
              onClick={makeKey}
            >
              {words.backupChange}
            </Button>
            <Button
              size="sm"
              variant="quiet"
              icon={<Trash2 aria-hidden size={16} />}
              isBusy={remove.isPending}
              onClick={() =>
                remove.mutate(undefined, {
                  onSuccess: () => showToast(words.backupRemoved),
                  onError,
                })
              }
            >
              {words.backupRemove}
            </Button>
          </div>
        </>
      )}
    </section>
  );
}
