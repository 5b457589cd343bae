import { Button } from "@streamverse/ui";
import { MonitorOff } from "lucide-react";

import { useText } from "../../app/i18n";

/** Over the picture, when somebody has ended the session from elsewhere. */
export function EndedScreen({ onAgain }: { onAgain: () => void }) {
  const words = useText().watching.ended;
  return (
    <div
      data-arrows="lead"
      className="absolute inset-0 grid place-content-center justify-items-center gap-4 overflow-y-auto bg-stage/92 p-6 text-center text-stage-ink"
    >
      <MonitorOff aria-hidden size={48} className="text-accent" />
      <div role="alert" className="grid max-w-lg gap-3">
        <h2 className="text-3xl font-bold">{words.title}</h2>
        <p className="text-lg text-stage-ink/80">{words.body}</p>
      </div>
      <Button autoFocus variant="primary" size="lg" onClick={onAgain}>
        {words.again}
      </Button>
    </div>
  );
}
