import type { LiveStream } from "@streamverse/client";
import { Button, showToast } from "@streamverse/ui";
import { ImageUp, Trash2 } from "lucide-react";
import { useRef } from "react";

import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { Still } from "../catalog/Poster";
import { useRemoveSlate, useSetSlate } from "./desk-queries";

/** The picture that viewers see while nothing comes in; it holds as soon as it is chosen. */
export function SlateField({ stream }: { stream: LiveStream }) {
  const { liveDesk: words } = useText();
  const onError = useErrorToast();
  const input = useRef<HTMLInputElement>(null);
  const set = useSetSlate(stream.id);
  const remove = useRemoveSlate(stream.id);
  const { slate } = stream;
  const send = (file: File | undefined) => {
    if (file !== undefined)
      set.mutate(file, { onSuccess: () => showToast(words.slateKept), onError });
  };
  return (
    <fieldset className="grid gap-2">
      <legend className="text-sm font-semibold">{words.slate}</legend>
      <p className="text-sm text-muted">{words.slateIntro}</p>
      {slate !== null && (
        <Still
          still={slate}
          sizes="20rem"
          alt={words.slate}
          className="aspect-video w-full max-w-80 rounded-card bg-stage object-contain"
        />
      )}
      <input
        ref={input}
        type="file"
        hidden
        data-testid="slate-input"
        accept="image/png,image/jpeg,image/webp"
        aria-label={words.slateUpload}
        onChange={(event) => {
          send(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <div className="flex flex-wrap items-center gap-2">
        <Button
          icon={<ImageUp aria-hidden size={18} />}
          isBusy={set.isPending}
          onClick={() => input.current?.click()}
        >
          {slate === null ? words.slateUpload : words.slateReplace}
        </Button>
        {slate !== null && (
          <Button
            variant="quiet"
            icon={<Trash2 aria-hidden size={18} />}
            isBusy={remove.isPending}
            onClick={() =>
              remove.mutate(undefined, {
                onSuccess: () => showToast(words.slateRemoved),
                onError,
              })
            }
          >
            {words.slateRemove}
          </Button>
        )}
      </div>
      <p className="text-sm text-muted">{words.slateHint}</p>
    </fieldset>
  );
}
