import { CircleAlert, Info } from "lucide-react";
import type { ReactNode } from "react";

import { cx } from "./cx";

export interface NoticeProps {
  tone?: "info" | "danger";
  children: ReactNode;
  action?: ReactNode;
}

/** A sentence within the page that must not be missed. */
export function Notice({ tone = "info", children, action }: NoticeProps) {
  const Icon = tone === "danger" ? CircleAlert : Info;
  return (
    <div
      role={tone === "danger" ? "alert" : "status"}
      className={cx(
        "flex flex-wrap items-center gap-x-4 gap-y-3 rounded-2xl px-4 py-3",
        tone === "danger" ? "bg-danger-wash" : "bg-accent-wash",
      )}
    >
      <Icon
        aria-hidden
        size={20}
        className={tone === "danger" ? "text-danger-text" : "text-accent-text"}
      />
      <div className="min-w-0 flex-1">{children}</div>
      {action}
    </div>
  );
}
