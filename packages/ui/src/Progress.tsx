import { cx } from "./cx";

export interface ProgressProps {
  label: string;
  /** 0 to 1; null while it is not known. */
  value: number | null;
  /** What a screen reader says instead of a bare percentage. */
  text?: string;
  tone?: "accent" | "muted" | "good" | "danger";
  className?: string;
}

const tones = {
  accent: "bg-accent",
  muted: "bg-muted",
  good: "bg-good-text",
  danger: "bg-danger",
};

export function Progress({ label, value, text, tone = "accent", className }: ProgressProps) {
  const percent = value === null ? null : Math.round(Math.min(1, Math.max(0, value)) * 1000) / 10;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent ?? undefined}
      aria-valuetext={text}
      className={cx("h-2 overflow-hidden rounded-full bg-line", className)}
    >
      <div
        className={cx(
          "h-full rounded-full transition-[width] duration-500 ease-calm",
          percent === null && "w-full animate-pulse",
          tones[tone],
        )}
        style={percent === null ? undefined : { width: `${percent}%` }}
      />
    </div>
  );
}
