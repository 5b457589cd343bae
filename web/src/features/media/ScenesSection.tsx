import type { Picture } from "@streamverse/client";
import { clockTime } from "@streamverse/player";
import { useQuery } from "@tanstack/react-query";

import { useText } from "../../app/i18n";
import { Still } from "../catalog/Poster";
import { Section } from "../preferences/Section";
import { picturesQuery } from "./queries";

/** The chapters and the scenes of a film; nothing for one that has neither. */
export function ScenesSection({ id }: { id: string }) {
  const text = useText();
  const { scenes: words } = text.media;
  const pictures = useQuery(picturesQuery(id));
  const { chapters = [], scenes = [] } = pictures.data ?? {};
  if (chapters.length + scenes.length === 0) return null;
  return (
    <Section id="scenes" title={words.title} intro={words.intro}>
      <Strip heading={words.chapters} pictures={chapters} nameOf={words.chapter} />
      <Strip heading={words.scenes} pictures={scenes} nameOf={words.scene} />
    </Section>
  );
}

interface StripProps {
  heading: string;
  pictures: readonly Picture[];
  nameOf: (number: number) => string;
}

function Strip({ heading, pictures, nameOf }: StripProps) {
  const text = useText();
  if (pictures.length === 0) return null;
  return (
    <div className="grid gap-3">
      <h3 className="text-lg font-semibold">{heading}</h3>
      <ol className="grid grid-cols-2 gap-3 sm:grid-cols-4 sm:gap-4">
        {pictures.map((picture, index) => (
          <li key={picture.id} className="grid content-start gap-1.5">
            <Still
              still={picture}
              sizes="10rem"
              className="aspect-video w-full rounded-xl bg-stage object-contain"
            />
            <span className="font-medium wrap-anywhere">{picture.label ?? nameOf(index + 1)}</span>
            <span className="text-sm text-muted tabular-nums">
              {text.media.scenes.from(
                clockTime((picture.at_ms ?? 0) / 1000),
                clockTime((picture.end_ms ?? 0) / 1000),
              )}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
