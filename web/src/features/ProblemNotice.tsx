import { Button, Notice } from "@streamverse/ui";

import { useText } from "../app/i18n";

/** What could not be fetched, within a page that otherwise stands. */
export function ProblemNotice({ sentence, onRetry }: { sentence: string; onRetry: () => void }) {
  const text = useText();
  return (
    <div className="gutter py-6">
      <Notice
        tone="danger"
        action={
          <Button size="sm" onClick={onRetry}>
            {text.common.retry}
          </Button>
        }
      >
        {sentence}
      </Notice>
    </div>
  );
}
