import { Card } from "@streamverse/ui";
import type { ReactNode } from "react";

export interface SectionProps {
  id: string;
  title: string;
  intro: string;
  action?: ReactNode;
  children: ReactNode;
}

export function Section({ id, title, intro, action, children }: SectionProps) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} className="scroll-mt-24">
      <Card className="grid gap-6 p-5 sm:p-7">
        <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
          <div className="grid gap-1">
            <h2 id={`${id}-title`} className="text-2xl font-bold">
              {title}
            </h2>
            <p className="text-muted">{intro}</p>
          </div>
          {action}
        </div>
        {children}
      </Card>
    </section>
  );
}
