import type { Title } from "@streamverse/client";
import { Button, showToast } from "@streamverse/ui";
import { ImageUp, Trash2 } from "lucide-react";
import { useRef } from "react";

import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { Poster } from "../catalog/Poster";
import { Section } from "../preferences/Section";
import { useGivePicture, useRemovePicture } from "./queries";

/** The picture of what has no film to take one from; it holds as soon as it is chosen. */
export function PictureSection({ title }: { title: Title }) {
  const { editor } = useText();
  const onError = useErrorToast();
  const input = useRef<HTMLInputElement>(null);
  const give = useGivePicture(title.id);
  const remove = useRemovePicture(title.id);
  const send = (file: File | undefined) => {
    if (file !== undefined)
      give.mutate(file, { onSuccess: () => showToast(editor.pictureKept), onError });
  };
  return (
    <Section id="picture" title={editor.picture} intro={editor.pictureIntro}>
      <Poster title={title} sizes="20rem" className="aspect-video w-full max-w-80 rounded-card" />
      <input
        ref={input}
        type="file"
        hidden
        data-testid="picture-input"
        accept="image/png,image/jpeg,image/webp"
        aria-label={editor.pictureUpload}
        onChange={(event) => {
          send(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <div className="flex flex-wrap items-center gap-2">
        <Button
          icon={<ImageUp aria-hidden size={18} />}
          isBusy={give.isPending}
          onClick={() => input.current?.click()}
        >
          {title.poster === null ? editor.pictureUpload : editor.pictureReplace}
        </Button>
        {title.poster !== null && (
          <Button
            variant="quiet"
            icon={<Trash2 aria-hidden size={18} />}
            isBusy={remove.isPending}
            onClick={() =>
              remove.mutate(undefined, {
                onSuccess: () => showToast(editor.pictureRemoved),
                onError,
              })
            }
          >
            {editor.pictureRemove}
          </Button>
        )}
      </div>
      <p className="text-sm text-muted">{editor.pictureHint}</p>
    </Section>
  );
}
