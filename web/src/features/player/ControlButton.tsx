import { cx, IconButton } from "@streamverse/ui";
import type { ComponentProps } from "react";

export interface ControlButtonProps extends ComponentProps<"button"> {
  label: string;
  /** The key that does the same, shown on hover. */
  keys?: string;
}

/** A button upon the picture. */
export function ControlButton({ label, keys, className, ...rest }: ControlButtonProps) {
  return (
    <IconButton
      {...rest}
      label={label}
      title={keys === undefined ? label : `${label} (${keys})`}
      className={cx("text-white! hover:bg-white/15! sm:size-12", className)}
    />
  );
}
