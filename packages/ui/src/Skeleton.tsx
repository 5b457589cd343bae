import { cx } from "./cx";

/** The shape of what is coming. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <div
      aria-hidden="true"
      className={cx(
        "animate-shimmer rounded-card bg-raised bg-[linear-gradient(100deg,transparent_30%,var(--sv-hover)_50%,transparent_70%)] bg-size-[200%_100%]",
        className,
      )}
    />
  );
}
