import type { LiveStream } from "@streamverse/client";
import { Button, Choice, Dialog, showToast } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Archive, Scissors } from "lucide-react";
import { useState } from "react";

import { placeProblem } from "../../app/forms";
import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { FormDialog } from "../FormDialog";
import { CopyLine } from "../staff/CopyLine";
import { useMay } from "../staff/queries";
import { type Keeping, keepingQuery, useChooseKeeping, useClip } from "./queries";

const CHOICES = ["off", "private", "public"] as const;

/** What one may do with what goes out: clip it, and say what becomes of it. */
export function StreamActions({ stream }: { stream: LiveStream }) {
  const { recordings } = useText();
  const maySend = useMay("live.manage") === true;
  const keeping = useQuery(keepingQuery(stream.id)).data;
  const [isChoosing, setIsChoosing] = useState(false);
  const mayClip = stream.live_since !== null && (maySend || keeping?.clips !== "off");
  if (keeping === undefined) return null;
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
      {isChoosing && (
        <KeepingDialog stream={stream} keeping={keeping} onClose={() => setIsChoosing(false)} />
      )}
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

interface KeepingDialogProps {
  stream: LiveStream;
  keeping: Keeping;
  onClose: () => void;
}

function KeepingDialog({ stream, keeping, onClose }: KeepingDialogProps) {
  const text = useText();
  const { recordings } = text;
  const [chosen, setChosen] = useState(keeping);
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
      <Choice
        label={recordings.whole}
        value={chosen.recordings}
        onChange={(value) => setChosen({ ...chosen, recordings: value })}
        choices={CHOICES.map((value) => ({ value, label: recordings.wholeChoices[value] }))}
      />
      <Choice
        label={recordings.clips}
        value={chosen.clips}
        onChange={(value) => setChosen({ ...chosen, clips: value })}
        choices={CHOICES.map((value) => ({ value, label: recordings.clipsChoices[value] }))}
      />
    </FormDialog>
  );
}
