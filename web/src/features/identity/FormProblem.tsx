import { Notice } from "@streamverse/ui";
import type { ReactNode } from "react";

/** What is wrong with the whole of a form, above it. */
export function FormProblem({ above, action }: { above: string | null; action?: ReactNode }) {
  if (above === null) return null;
  return (
    <Notice tone="danger" action={action}>
      {above}
    </Notice>
  );
}
