import type { ComponentProps, ReactNode } from "react";

import { cx } from "./cx";
import { Spinner } from "./Spinner";

export type ButtonVariant = "primary" | "secondary" | "quiet" | "danger";
export type ButtonSize = "sm" | "md" | "lg";

const variants: Record<ButtonVariant, string> = {
  primary: "bg-accent text-accent-ink hover:bg-accent-hover",
  secondary: "bg-raised text-ink hover:bg-hover border border-line",
  quiet: "text-ink hover:bg-hover",
  danger: "bg-danger text-danger-ink hover:brightness-110",
};

const sizes: Record<ButtonSize, string> = {
  sm: "min-h-9 px-3.5 text-sm gap-1.5 pointer-coarse:min-h-11",
  md: "min-h-11 px-5 gap-2",
  lg: "min-h-13 px-7 text-lg gap-2.5",
};

/** The classes of a button, for links that look like one. */
export function buttonClass(variant: ButtonVariant = "secondary", size: ButtonSize = "md"): string {
  return cx(
    "inline-flex shrink-0 items-center justify-center rounded-full font-semibold whitespace-nowrap select-none",
    "transition-[background-color,filter,transform] duration-150 ease-calm active:scale-[0.98]",
    "disabled:pointer-events-none disabled:opacity-55",
    variants[variant],
    sizes[size],
  );
}

export interface ButtonProps extends ComponentProps<"button"> {
  variant?: ButtonVariant;
  size?: ButtonSize;
  /** Shows that the work the button began is under way, and lets it not be begun twice. */
  isBusy?: boolean;
  icon?: ReactNode;
}

export function Button(props: ButtonProps) {
  const { variant, size, isBusy = false, icon, className, children, disabled, ...rest } = props;
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled ?? isBusy}
      aria-busy={isBusy || undefined}
      className={cx(buttonClass(variant, size), className)}
    >
      {isBusy ? <Spinner className="size-[1.15em]" /> : icon}
      {children}
    </button>
  );
}

export interface IconButtonProps extends ComponentProps<"button"> {
  /** Read by screen readers and shown on hover. */
  label: string;
}

export function IconButton({ label, className, children, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={cx(
        "inline-flex size-11 shrink-0 items-center justify-center rounded-full text-ink",
        "transition-colors duration-150 hover:bg-hover disabled:pointer-events-none disabled:opacity-55",
        className,
      )}
    >
      {children}
    </button>
  );
}
