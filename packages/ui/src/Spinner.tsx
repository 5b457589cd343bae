import { cx } from "./cx";

export function Spinner({ className }: { className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={cx(
        "inline-block animate-spin rounded-full border-[0.16em] border-current border-e-transparent",
        className ?? "size-5",
      )}
    />
  );
}
