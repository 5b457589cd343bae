import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, type ReactNode, useId, useState } from "react";

import { cx } from "./cx";

const control = cx(
  "w-full rounded-control border border-line-strong/60 bg-canvas px-4 text-ink placeholder:text-muted",
  "transition-colors hover:border-line-strong aria-invalid:border-danger",
);

interface Labelled {
  label: string;
  hint?: ReactNode;
  /** What is wrong with the value, and how to mend it. */
  error?: string | undefined;
}

export type FieldProps = Labelled & ComponentProps<"input">;

/** A labelled line of text, with its hint and its error tied to it for screen readers. */
export function Field({ label, hint, error, className, ...rest }: FieldProps) {
  const ids = useFieldIds(hint, error);
  return (
    <Frame {...{ label, hint, error, ids }}>
      <input
        {...rest}
        id={ids.control}
        aria-invalid={error !== undefined || undefined}
        aria-describedby={ids.described}
        className={cx(control, "min-h-12", className)}
      />
    </Frame>
  );
}

export type PasswordFieldProps = Omit<FieldProps, "type"> & {
  /** What the button says that shows or hides what is typed. */
  showLabel: string;
  hideLabel: string;
};

/** A password, hidden as it is typed unless one asks to see it. */
export function PasswordField(props: PasswordFieldProps) {
  const { label, hint, error, className, showLabel, hideLabel, ...rest } = props;
  const ids = useFieldIds(hint, error);
  const [isShown, setIsShown] = useState(false);
  const Icon = isShown ? EyeOff : Eye;
  return (
    <Frame {...{ label, hint, error, ids }}>
      <div className="relative">
        <input
          spellCheck={false}
          autoCapitalize="none"
          {...rest}
          type={isShown ? "text" : "password"}
          id={ids.control}
          aria-invalid={error !== undefined || undefined}
          aria-describedby={ids.described}
          className={cx(control, "min-h-12 pe-13", className)}
        />
        <button
          type="button"
          aria-label={isShown ? hideLabel : showLabel}
          aria-controls={ids.control}
          onClick={() => setIsShown(!isShown)}
          className="absolute inset-y-0.5 end-0.5 grid w-11 place-items-center rounded-control text-muted hover:text-ink"
        >
          <Icon aria-hidden size={20} />
        </button>
      </div>
    </Frame>
  );
}

export type CheckboxProps = Omit<ComponentProps<"input">, "type"> & {
  label: string;
  hint?: ReactNode;
};

/** Something to agree to within a form; the whole line is what one presses. */
export function Checkbox({ label, hint, className, ...rest }: CheckboxProps) {
  const id = useId();
  return (
    <label className={cx("flex min-h-11 cursor-pointer items-start gap-3 py-2", className)}>
      <input
        {...rest}
        type="checkbox"
        aria-describedby={hint === undefined ? undefined : id}
        className="mt-0.5 size-5 shrink-0 accent-accent"
      />
      <span className="grid gap-0.5">
        <span className="font-semibold">{label}</span>
        {hint !== undefined && (
          <span id={id} className="text-sm text-muted">
            {hint}
          </span>
        )}
      </span>
    </label>
  );
}

export type TextAreaProps = Labelled & ComponentProps<"textarea">;

export function TextArea({ label, hint, error, className, ...rest }: TextAreaProps) {
  const ids = useFieldIds(hint, error);
  return (
    <Frame {...{ label, hint, error, ids }}>
      <textarea
        rows={4}
        {...rest}
        id={ids.control}
        aria-invalid={error !== undefined || undefined}
        aria-describedby={ids.described}
        className={cx(control, "py-3", className)}
      />
    </Frame>
  );
}

export type SelectProps = Labelled & ComponentProps<"select">;

export function Select({ label, hint, error, className, ...rest }: SelectProps) {
  const ids = useFieldIds(hint, error);
  return (
    <Frame {...{ label, hint, error, ids }}>
      <select
        {...rest}
        id={ids.control}
        aria-describedby={ids.described}
        className={cx(control, "min-h-12", className)}
      />
    </Frame>
  );
}

interface FieldIds {
  control: string;
  hint: string;
  error: string;
  described: string | undefined;
}

function useFieldIds(hint: ReactNode, error: string | undefined): FieldIds {
  const id = useId();
  const ids = { control: id, hint: `${id}-hint`, error: `${id}-error` };
  const described = [hint !== undefined && ids.hint, error !== undefined && ids.error];
  return { ...ids, described: cx(...described) || undefined };
}

function Frame({
  label,
  hint,
  error,
  ids,
  children,
}: Labelled & { ids: FieldIds; children: ReactNode }) {
  return (
    <div className="grid gap-1.5">
      <label htmlFor={ids.control} className="text-sm font-semibold">
        {label}
      </label>
      {children}
      {hint !== undefined && (
        <p id={ids.hint} className="text-sm text-muted">
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p id={ids.error} role="alert" className="text-sm font-medium text-danger-text">
          {error}
        </p>
      )}
    </div>
  );
}
