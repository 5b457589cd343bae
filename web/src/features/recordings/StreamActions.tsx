import type { LiveStream } from "@streamverse/client";
import { Button, Dialog, showToast } from "@streamverse/ui";
import { Archive, Scissors } from "lucide-react";
import { useState } from "react";

import { placeProblem } from "../../app/forms";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { FormDialog } from "../FormDialog";
import { CopyLine } from "../staff/CopyLine";
import { useMay } from "../staff/queries";
import { KeepingFields } from "./KeepingFields";
import { type Keeping, useChooseKeeping, useClip } from "./queries";

/** What one may do with what goes out: clip it, and say what becomes of it. */
export function StreamActions({ stream }: { stream: LiveStream }) {
  const { recordings } = useText();
  const maySend = useMay("live.manage") === true;
  const [isChoosing, setIsChoosing] = useState(false);
  const mayClip = stream.live_since !== null && (maySend || stream.clips !== "off");
  return (
    <>
      {mayClip && <ClipButton id={stream.id} />}
      {maySend && (
        <Button
          size="sm"
          icon={<Archive aria-hidden size={16} />}
          onClick={() => setIsChoosing(true)}
        >
          {recordings.keep}
        </Button>
      )}
      {isChoosing && <KeepingDialog stream={stream} onClose={() => setIsChoosing(false)} />}
    </>
  );
}

function ClipButton({ id }: { id: string }) {
  const { common, recordings } = useText();
  const clip = useClip(id);
  const onError = useErrorToast();
  const made = clip.data;
  return (
    <>
      <Button
        size="sm"
        icon={<Scissors aria-hidden size={16} />}
        isBusy={clip.isPending}
        onClick={() => clip.mutate(undefined, { onError })}
      >
        {recordings.clip}
      </Button>
      {made !== undefined && (
        <Dialog
          isOpen
          onClose={() => clip.reset()}
          title={recordings.clipped}
          description={made.is_public ? recordings.clippedPublic : recordings.clippedPrivate}
          closeLabel={common.close}
        >
          {made.is_public && (
            <CopyLine
              label={recordings.link}
              value={`${window.location.origin}/titles/${made.title_id}`}
            />
          )}
        </Dialog>
      )}
    </>
  );
}

function KeepingDialog({ stream, onClose }: { stream: LiveStream; onClose: () => void }) {
  const text = useText();
  const { recordings } = text;
  const [chosen, setChosen] = useState<Keeping>({
    recordings: stream.recordings,
    clips: stream.clips,
  });
  const choose = useChooseKeeping(stream.id);
  return (
    <FormDialog
      title={recordings.keepTitle(stream.name)}
      description={recordings.keepIntro}
      submit={text.common.save}
      isBusy={choose.isPending}
      error={choose.error}
      above={placeProblem(choose.error, text).above}
      onClose={onClose}
      onSubmit={(event) => {
        event.preventDefault();
        choose.mutate(chosen, {
          onSuccess: () => {
            showToast(recordings.kept);
            onClose();
          },
        });
      }}
    >
      <KeepingFields said={chosen} onSay={(said) => setChosen({ ...chosen, ...said })} />
    </FormDialog>
  );
}
