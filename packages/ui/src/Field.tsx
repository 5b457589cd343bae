import { type ComponentProps, type ReactNode, useId } from "react";

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
