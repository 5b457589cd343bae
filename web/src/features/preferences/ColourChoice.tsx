import { cx } from "@streamverse/ui";
import { Check, Pipette } from "lucide-react";
import { useId } from "react";

import { useText } from "../../app/i18n";
import { edgeColour } from "./subtitle-style";

export interface ColourChoiceProps {
  label: string;
  value: string;
  colours: readonly string[];
  onChange: (colour: string) => void;
}

const swatch = cx(
  "relative grid size-11 cursor-pointer place-items-center rounded-full ring-1 ring-line-strong transition-transform duration-150 hover:scale-106",
  "has-focus-visible:outline-3 has-focus-visible:outline-offset-3 has-focus-visible:outline-accent-text",
);

/** A colour out of a few good ones, or any other. */
export function ColourChoice({ label, value, colours, onChange }: ColourChoiceProps) {
  const text = useText();
  const group = useId();
  const chosen = value.toUpperCase();
  const isOther = !colours.includes(chosen);
  return (
    <fieldset className="min-w-0">
      <legend className="mb-2 text-sm font-semibold">{label}</legend>
      <div className="flex flex-wrap gap-2.5">
        {colours.map((colour) => (
          <label key={colour} className={swatch} style={{ background: colour }}>
            <input
              type="radio"
              name={group}
              aria-label={text.preferences.subtitles.colours[colour] ?? colour}
              checked={colour === chosen}
              onChange={() => onChange(colour)}
              className="absolute inset-0 cursor-pointer opacity-0"
            />
            {colour === chosen && (
              <Check aria-hidden size={20} strokeWidth={3} color={edgeColour(colour)} />
            )}
          </label>
        ))}
        <label
          className={cx(swatch, !isOther && "bg-raised text-muted")}
          style={isOther ? { background: chosen, color: edgeColour(chosen) } : undefined}
          title={text.preferences.subtitles.otherColour}
        >
          <input
            type="color"
            aria-label={`${label}: ${text.preferences.subtitles.otherColour}`}
            value={value.toLowerCase()}
            onChange={(event) => onChange(event.currentTarget.value.toUpperCase())}
            className="absolute inset-0 size-full cursor-pointer opacity-0"
          />
          {isOther ? (
            <Check aria-hidden size={20} strokeWidth={3} />
          ) : (
            <Pipette aria-hidden size={18} />
          )}
        </label>
      </div>
    </fieldset>
  );
}
