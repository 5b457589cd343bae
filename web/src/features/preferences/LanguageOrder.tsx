import { IconButton } from "@streamverse/ui";
import { ArrowDown, ArrowUp, X } from "lucide-react";
import { useId, useMemo, useRef, useState } from "react";

import { useText } from "../../app/i18n";
import { languageChoices, languageName } from "./languages";
import { appended, LANGUAGES_LIMIT, moved, without } from "./ordering";

export interface LanguageOrderProps {
  label: string;
  empty: string;
  value: readonly string[];
  onChange: (tags: string[]) => void;
}

/** Languages in the order in which they are wanted. */
export function LanguageOrder({ label, empty, value, onChange }: LanguageOrderProps) {
  const text = useText().preferences.languages;
  const heading = useId();
  const list = useRef<HTMLOListElement>(null);
  const [announced, setAnnounced] = useState("");
  const choices = useMemo(() => languageChoices(value), [value]);

  const move = (from: number, to: number) => {
    onChange(moved(value, from, to));
    setAnnounced(text.moved(languageName(value[from] ?? ""), to + 1));
  };
  const remove = (tag: string) => {
    onChange(without(value, tag));
    // The button that had the focus goes away with its line.
    list.current?.parentElement?.querySelector("select")?.focus();
  };

  return (
    <div role="group" aria-labelledby={heading} className="grid content-start gap-2">
      <h3 id={heading} className="font-sans text-sm font-semibold tracking-normal">
        {label}
      </h3>
      {value.length === 0 && <p className="text-muted">{empty}</p>}
      <ol ref={list} className="grid gap-2 empty:hidden">
        {value.map((tag, index) => {
          const name = languageName(tag);
          return (
            <li
              key={tag}
              className="flex min-h-13 items-center gap-2 rounded-control border border-line bg-canvas ps-4 pe-1"
            >
              <span className="w-6 font-display font-bold text-accent-text tabular-nums">
                {index + 1}
              </span>
              <span className="min-w-0 flex-1 font-semibold wrap-anywhere">{name}</span>
              <IconButton
                label={text.up(name)}
                disabled={index === 0}
                onClick={() => move(index, index - 1)}
              >
                <ArrowUp aria-hidden size={18} />
              </IconButton>
              <IconButton
                label={text.down(name)}
                disabled={index === value.length - 1}
                onClick={() => move(index, index + 1)}
              >
                <ArrowDown aria-hidden size={18} />
              </IconButton>
              <IconButton label={text.remove(name)} onClick={() => remove(tag)}>
                <X aria-hidden size={18} />
              </IconButton>
            </li>
          );
        })}
      </ol>
      {value.length < LANGUAGES_LIMIT && (
        <select
          aria-label={text.addTo(label)}
          value=""
          onChange={(event) => onChange(appended(value, event.currentTarget.value))}
          className="min-h-12 w-full rounded-control border border-dashed border-line-strong/60 bg-canvas px-4 text-muted transition-colors hover:border-line-strong"
        >
          <option value="">{text.add}</option>
          {choices
            .filter(({ tag }) => !value.includes(tag))
            .map(({ tag, name }) => (
              <option key={tag} value={tag}>
                {name}
              </option>
            ))}
        </select>
      )}
      <p role="status" className="sr-only">
        {announced}
      </p>
    </div>
  );
}
