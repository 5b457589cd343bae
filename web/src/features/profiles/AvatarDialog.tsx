import { buttonClass, cx, Dialog } from "@streamverse/ui";
import { ImageUp } from "lucide-react";
import { type ChangeEvent, useEffect, useId, useState } from "react";

import { useText } from "../../app/i18n";
import { CropPhoto } from "./CropPhoto";
import { ProfilePicture } from "./ProfilePicture";

const LIMIT_BYTES = 5 << 20;
const FORMATS = "image/png,image/jpeg,image/webp";

export interface AvatarDialogProps {
  presets: readonly { avatar: string; url: string }[];
  chosen: string;
  isBusy: boolean;
  /** What the server said against the last choice. */
  problem: string | null;
  onPreset: (avatar: string) => void;
  onPhoto: (picture: Blob) => void;
  onClose: () => void;
}

/** Choose a face: one of those that are drawn, or a photo. */
export function AvatarDialog(props: AvatarDialogProps) {
  const text = useText();
  const [photo, setPhoto] = useState<HTMLImageElement | null>(null);
  useEffect(() => {
    if (photo === null) return;
    return () => URL.revokeObjectURL(photo.src);
  }, [photo]);
  return (
    <Dialog
      isOpen
      onClose={props.onClose}
      title={photo === null ? text.profiles.avatar.title : text.profiles.avatar.cropTitle}
      description={photo === null ? undefined : text.profiles.avatar.cropHint}
      closeLabel={text.common.close}
      className={photo === null ? "" : "max-w-md"}
    >
      {photo === null ? (
        <Choosing {...props} onFile={setPhoto} />
      ) : (
        <CropPhoto
          photo={photo}
          isBusy={props.isBusy}
          onUse={props.onPhoto}
          onBack={() => setPhoto(null)}
        />
      )}
      {props.problem !== null && (
        <p role="alert" className="font-medium text-danger-text">
          {props.problem}
        </p>
      )}
    </Dialog>
  );
}

interface ChoosingProps extends AvatarDialogProps {
  onFile: (photo: HTMLImageElement) => void;
}

function Choosing({ presets, chosen, onPreset, onFile }: ChoosingProps) {
  const text = useText();
  const group = useId();
  const [problem, setProblem] = useState<string | null>(null);

  const open = async (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.currentTarget.files?.[0];
    event.currentTarget.value = "";
    if (file === undefined) return;
    if (file.size > LIMIT_BYTES) {
      setProblem(text.profiles.avatar.tooLarge);
      return;
    }
    const photo = new Image();
    photo.src = URL.createObjectURL(file);
    try {
      await photo.decode();
      onFile(photo);
    } catch {
      URL.revokeObjectURL(photo.src);
      setProblem(text.profiles.avatar.unreadable);
    }
  };

  return (
    <>
      <fieldset>
        <legend className="mb-3 text-sm font-semibold">{text.profiles.avatar.presets}</legend>
        <div className="grid grid-cols-4 gap-3 sm:grid-cols-6">
          {presets.map(({ avatar, url }, index) => (
            <label
              key={avatar}
              className={cx(
                "relative cursor-pointer rounded-[24%] transition-transform duration-150 ease-calm hover:scale-105",
                "has-checked:ring-4 has-checked:ring-accent",
                "has-focus-visible:outline-3 has-focus-visible:outline-offset-6 has-focus-visible:outline-accent-text",
              )}
            >
              <input
                type="radio"
                name={group}
                aria-label={text.profiles.avatar.preset(index + 1)}
                checked={avatar === chosen}
                data-focus-first={avatar === chosen || undefined}
                onChange={() => onPreset(avatar)}
                className="absolute inset-0 cursor-pointer opacity-0"
              />
              <ProfilePicture url={url} className="w-full" />
            </label>
          ))}
        </div>
      </fieldset>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line pt-5">
        <label
          className={cx(
            buttonClass("secondary"),
            "cursor-pointer has-focus-visible:outline-3 has-focus-visible:outline-accent-text",
          )}
        >
          <ImageUp aria-hidden size={18} />
          {text.profiles.avatar.upload}
          <input
            type="file"
            accept={FORMATS}
            onChange={(event) => void open(event)}
            className="sr-only"
          />
        </label>
        <span className="text-sm text-muted">{text.profiles.avatar.uploadHint}</span>
      </div>
      {problem !== null && (
        <p role="alert" className="font-medium text-danger-text">
          {problem}
        </p>
      )}
    </>
  );
}
