import { Switch as Base } from "@base-ui/react/switch";
import { type ReactNode, useId } from "react";

import { cx } from "./cx";

export interface SwitchProps {
  label: string;
  hint?: ReactNode;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  isDisabled?: boolean;
}

/** Something that is on or off, at once: the whole line is what one presses. */
export function Switch({ label, hint, isOn, onChange, isDisabled = false }: SwitchProps) {
  const id = useId();
  return (
    <label
      className={cx(
        "flex min-h-13 items-center justify-between gap-6 py-1.5",
        isDisabled ? "opacity-55" : "cursor-pointer",
      )}
    >
      <span className="grid min-w-0 gap-0.5">
        <span id={`${id}-label`} className="font-semibold">
          {label}
        </span>
        {hint !== undefined && (
          <span id={`${id}-hint`} className="text-sm text-muted">
            {hint}
          </span>
        )}
      </span>
      <Base.Root
        checked={isOn}
        disabled={isDisabled}
        onCheckedChange={(next) => onChange(next)}
        aria-labelledby={`${id}-label`}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        className="flex h-7 w-12 shrink-0 items-center rounded-full bg-line-strong p-1 transition-colors duration-200 data-checked:bg-accent"
      >
        <Base.Thumb className="size-5 rounded-full bg-white shadow-sm transition-transform duration-200 ease-calm data-checked:translate-x-5 data-checked:bg-accent-ink rtl:data-checked:-translate-x-5" />
      </Base.Root>
    </label>
  );
}
