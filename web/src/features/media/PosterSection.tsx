import type { Picture } from "@streamverse/client";
import { clockTime } from "@streamverse/player";
import { Button, cx, EmptyState, Notice, showToast, Spinner } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Check, ImageOff, ImageUp, Search } from "lucide-react";
import { useId, useRef } from "react";

import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { Still } from "../catalog/Poster";
import { Section } from "../preferences/Section";
import { picturesQuery, useChoosePoster, useMakePictures, useUploadPoster } from "./queries";

/** The poster: what was found in the film to choose from, or a picture of one's own. */
export function PosterSection({ id }: { id: string }) {
  const text = useText();
  const { poster } = text.media;
  const pictures = useQuery(picturesQuery(id));
  const again = useMakePictures(id);
  const onError = useErrorToast();
  if (pictures.data === undefined) return null;
  const { posters, is_being_made } = pictures.data;
  return (
    <Section
      id="poster"
      title={poster.title}
      intro={poster.intro}
      action={<UploadPoster id={id} />}
    >
      {posters.length === 0 && !is_being_made ? (
        <EmptyState icon={<ImageOff aria-hidden size={36} />} title={poster.emptyTitle}>
          {poster.emptyBody}
        </EmptyState>
      ) : (
        <PosterChoice id={id} posters={posters} shownId={pictures.data.poster_id} />
      )}
      {is_being_made ? (
        <Notice>
          <span className="flex items-center gap-3">
            {poster.looking}
            <Spinner className="size-5" />
          </span>
        </Notice>
      ) : (
        <Button
          className="w-fit"
          icon={<Search aria-hidden size={18} />}
          isBusy={again.isPending}
          onClick={() => again.mutate(undefined, { onError })}
        >
          {poster.again}
        </Button>
      )}
    </Section>
  );
}

interface PosterChoiceProps {
  id: string;
  posters: readonly Picture[];
  shownId: string | null;
}

function PosterChoice({ id, posters, shownId }: PosterChoiceProps) {
  const text = useText();
  const showError = useErrorToast();
  const { poster } = text.media;
  const name = useId();
  const choose = useChoosePoster(id);
  // What was pressed is marked at once; the server is asked meanwhile.
  const markedId = choose.isPending ? choose.variables : shownId;
  const pick = (pictureId: string) =>
    choose.mutate(pictureId, {
      onSuccess: () => showToast(poster.chosen),
      onError: showError,
    });
  return (
    <fieldset aria-busy={choose.isPending}>
      <legend className="sr-only">{poster.choices}</legend>
      <div className="grid grid-cols-2 gap-3 sm:grid-cols-3 sm:gap-4">
        {posters.map((picture) => {
          const isShown = picture.id === markedId;
          const label = nameOf(picture, poster);
          return (
            <label
              key={picture.id}
              className={cx(
                "relative grid cursor-pointer gap-2 rounded-card",
                "has-focus-visible:outline-3 has-focus-visible:outline-offset-4 has-focus-visible:outline-accent-text",
              )}
            >
              <input
                type="radio"
                name={name}
                value={picture.id}
                checked={isShown}
                onChange={() => pick(picture.id)}
                className="absolute inset-0 cursor-pointer opacity-0"
              />
              <Still
                still={picture}
                sizes="13rem"
                className={cx(
                  "aspect-video w-full rounded-card bg-stage object-contain ring-inset",
                  isShown ? "outline-4 -outline-offset-4 outline-accent" : "hover:brightness-110",
                )}
              />
              {isShown && (
                <span className="absolute end-3 top-3 grid size-8 place-items-center rounded-full bg-accent text-accent-ink">
                  <Check aria-hidden size={18} />
                </span>
              )}
              <span className="text-sm text-muted">{label}</span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}

function nameOf(
  picture: Picture,
  words: { own: string; first: string; at: (time: string) => string },
): string {
  if (picture.is_uploaded) return words.own;
  return picture.at_ms === null ? words.first : words.at(clockTime(picture.at_ms / 1000));
}

function UploadPoster({ id }: { id: string }) {
  const text = useText();
  const showError = useErrorToast();
  const { poster } = text.media;
  const input = useRef<HTMLInputElement>(null);
  const upload = useUploadPoster(id);
  const send = (file: File | undefined) => {
    if (file === undefined) return;
    upload.mutate(file, {
      onSuccess: () => showToast(poster.chosen),
      onError: showError,
    });
  };
  return (
    <div className="grid justify-items-start gap-1 sm:justify-items-end">
      <input
        ref={input}
        type="file"
        hidden
        data-testid="poster-input"
        accept="image/png,image/jpeg,image/webp"
        aria-label={poster.upload}
        onChange={(event) => {
          send(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <Button
        icon={<ImageUp aria-hidden size={18} />}
        isBusy={upload.isPending}
        onClick={() => input.current?.click()}
      >
        {poster.upload}
      </Button>
      <span className="text-sm text-muted">{poster.uploadHint}</span>
    </div>
  );
}
