import type { LiveStream } from "@streamverse/client";
import { Button, Checkbox, ConfirmDialog, showToast } from "@streamverse/ui";
import { CirclePlay, CircleStop, Trash2 } from "lucide-react";
import { useState } from "react";

import { useText } from "../../app/i18n";
import { useErrorToast } from "../../app/use-error-toast";
import { type Deed, useDeed } from "./desk-queries";

interface BulkBarProps {
  streams: readonly LiveStream[];
  chosen: readonly LiveStream[];
  onChooseAll: (areChosen: boolean) => void;
  onDone: () => void;
}

/** What is done with all streams that are chosen. */
export function BulkBar({ streams, chosen, onChooseAll, onDone }: BulkBarProps) {
  const text = useText();
  const { liveDesk: words } = text;
  const deeds = { start: useDeed("start"), stop: useDeed("stop"), remove: useDeed("remove") };
  const onError = useErrorToast();
  const [asked, setAsked] = useState<"stop" | "remove" | null>(null);
  const done = { start: words.started, stop: words.stoppedDone, remove: words.removed };
  const act = (deed: Deed) => {
    setAsked(null);
    deeds[deed].mutate(
      chosen.map(({ id }) => id),
      {
        onSuccess: () => {
          showToast(done[deed](chosen.length));
          onDone();
        },
        onError,
      },
    );
  };
  const asking = {
    stop: { title: words.stopTitle, body: words.stopBody, label: words.stop },
    remove: { title: words.removeTitle, body: words.removeBody, label: words.remove },
  };
  return (
    <div className="mb-3 flex flex-wrap items-center justify-between gap-3 px-4 sm:px-5">
      <Checkbox
        label={chosen.length === 0 ? words.chooseAll : words.chosen(chosen.length)}
        checked={chosen.length === streams.length}
        onChange={(event) => onChooseAll(event.currentTarget.checked)}
      />
      <div className="flex flex-wrap gap-2">
        <Button
          size="sm"
          icon={<CirclePlay aria-hidden size={16} />}
          disabled={chosen.length === 0}
          isBusy={deeds.start.isPending}
          onClick={() => act("start")}
        >
          {words.start}
        </Button>
        <Button
          size="sm"
          icon={<CircleStop aria-hidden size={16} />}
          disabled={chosen.length === 0}
          isBusy={deeds.stop.isPending}
          onClick={() => setAsked("stop")}
        >
          {words.stop}
        </Button>
        <Button
          size="sm"
          icon={<Trash2 aria-hidden size={16} />}
          disabled={chosen.length === 0}
          isBusy={deeds.remove.isPending}
          onClick={() => setAsked("remove")}
        >
          {words.remove}
        </Button>
      </div>
      {asked !== null && (
        <ConfirmDialog
          isOpen
          title={asking[asked].title(chosen.length)}
          description={asking[asked].body}
          closeLabel={text.common.close}
          confirmLabel={asking[asked].label}
          cancelLabel={text.common.cancel}
          onClose={() => setAsked(null)}
          onConfirm={() => act(asked)}
        />
      )}
    </div>
  );
}
