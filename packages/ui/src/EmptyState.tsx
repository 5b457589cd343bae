import type { ReactNode } from "react";

export interface EmptyStateProps {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  /** What to do about it. */
  action?: ReactNode;
  /** The level of the heading in the page. */
  as?: "h1" | "h2";
}

export function EmptyState({ icon, title, children, action, as: Heading = "h2" }: EmptyStateProps) {
  return (
    <div className="mx-auto grid max-w-xl animate-rise justify-items-center gap-4 px-4 py-20 text-center">
      {icon !== undefined && (
        <div className="mb-2 grid size-20 place-items-center rounded-3xl bg-accent-wash text-accent-text">
          {icon}
        </div>
      )}
      <Heading className="text-3xl font-bold">{title}</Heading>
      {children !== undefined && <div className="text-lg text-muted">{children}</div>}
      {action !== undefined && (
        <div className="mt-3 flex flex-wrap justify-center gap-3">{action}</div>
      )}
    </div>
  );
}
