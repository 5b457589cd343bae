import { type ReactNode, useId } from "react";

import { cx } from "./cx";

export interface ChoiceProps<Value extends string | number> {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  value: Value;
  onChange: (value: Value) => void;
  choices: readonly { value: Value; label: string; isDisabled?: boolean }[];
}

/** One out of a few, all of them in sight; the arrow keys go through them. */
export function Choice<Value extends string | number>(props: ChoiceProps<Value>) {
  const { label, hint, error, value, onChange, choices } = props;
  const id = useId();
  const described = cx(hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`);
  return (
    <fieldset className="grid min-w-0 gap-2" aria-describedby={described || undefined}>
      <legend className="mb-2 text-sm font-semibold">{label}</legend>
      <div className="flex w-fit max-w-full flex-wrap gap-1 rounded-3xl border border-line bg-canvas p-1">
        {choices.map((choice) => (
          <label
            key={choice.value}
            className={cx(
              "relative inline-flex min-h-11 cursor-pointer items-center justify-center rounded-full px-3 font-semibold text-muted sm:px-4 transition-colors",
              "hover:bg-hover hover:text-ink has-checked:bg-accent has-checked:text-accent-ink",
              "has-focus-visible:outline-3 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent-text",
              "has-disabled:pointer-events-none has-disabled:opacity-45",
            )}
          >
            <input
              type="radio"
              name={id}
              value={choice.value}
              checked={choice.value === value}
              disabled={choice.isDisabled}
              onChange={() => onChange(choice.value)}
              className="absolute inset-0 cursor-pointer opacity-0"
            />
            {choice.label}
          </label>
        ))}
      </div>
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p id={`${id}-error`} role="alert" className="text-sm font-medium text-danger-text">
          {error}
        </p>
      )}
    </fieldset>
  );
}
