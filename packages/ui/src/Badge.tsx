import type { ReactNode } from "react";

import { cx } from "./cx";

export type BadgeTone = "neutral" | "accent" | "good" | "danger";

const tones: Record<BadgeTone, string> = {
  neutral: "bg-raised text-muted",
  accent: "bg-accent-wash text-accent-text",
  good: "bg-good-wash text-good-text",
  danger: "bg-danger-wash text-danger-text",
};

export function Badge({ tone = "neutral", children }: { tone?: BadgeTone; children: ReactNode }) {
  return (
    <span
      className={cx(
        "inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-sm font-semibold whitespace-nowrap",
        tones[tone],
      )}
    >
      {children}
    </span>
  );
}
