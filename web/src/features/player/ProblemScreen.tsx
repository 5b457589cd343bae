import type { PlayerProblem } from "@streamverse/player";
import { Button, buttonClass } from "@streamverse/ui";
import { Link } from "@tanstack/react-router";
import { MonitorX } from "lucide-react";
import type { ReactNode } from "react";

import { useText } from "../../app/i18n";

export interface ProblemScreenProps {
  titleId: string;
  problem: PlayerProblem;
  onRetry: () => void;
  /** What says more, such as a report of it. */
  children?: ReactNode;
}

/** Over the picture, when it cannot go on. */
export function ProblemScreen({ titleId, problem, onRetry, children }: ProblemScreenProps) {
  const text = useText();
  const { title, body } = text.player.problems[problem.kind];
  return (
    <div
      data-arrows="lead"
      className="absolute inset-0 grid place-content-center justify-items-center gap-4 overflow-y-auto bg-stage/92 p-6 text-center text-stage-ink"
    >
      <MonitorX aria-hidden size={48} className="text-accent" />
      <div role="alert" className="grid max-w-lg gap-3">
        <h2 className="text-3xl font-bold">{title}</h2>
        <p className="text-lg text-stage-ink/80">{body}</p>
      </div>
      <div className="mt-2 flex flex-wrap justify-center gap-3">
        <Button autoFocus variant="primary" size="lg" onClick={onRetry}>
          {text.common.retry}
        </Button>
        <Link to="/titles/$id" params={{ id: titleId }} className={buttonClass("secondary", "lg")}>
          {text.player.back}
        </Link>
        {children}
      </div>
      <p className="mt-4 text-sm text-stage-ink/65">
        {text.player.technical}: {problem.technical}
      </p>
    </div>
  );
}
