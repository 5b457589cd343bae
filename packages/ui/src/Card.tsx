import type { ComponentProps } from "react";

import { cx } from "./cx";

/** A quiet surface that holds things which belong together. */
export function Card({ className, ...rest }: ComponentProps<"div">) {
  return (
    <div
      {...rest}
      className={cx("rounded-2xl border border-line bg-surface p-4 sm:p-5", className)}
    />
  );
}
