import { Button, EmptyState, showProblem } from "@streamverse/ui";
import { MonitorPlay } from "lucide-react";
import { type ReactNode, useState } from "react";

import { sentenceOf } from "../../app/api";
import { formatAge } from "../../app/format";
import { useText } from "../../app/i18n";
import { endSession, type RunningStream } from "./sessions";

export interface TooManyStreamsProps {
  limit: number;
  streams: readonly RunningStream[];
  /** One of them has ended: ask again. */
  onEnded: () => Promise<unknown>;
  /** The way out for whoever ends none. */
  back: ReactNode;
  /** The rank of its title on the page. */
  as?: "h1" | "h2";
}

/** Stands where the film would be: who watches with the account, to choose which of them to end. */
export function TooManyStreams({ limit, streams, onEnded, back, as = "h1" }: TooManyStreamsProps) {
  const text = useText();
  const words = text.watching.tooMany;
  const [ending, setEnding] = useState<string | null>(null);
  const end = async (id: string) => {
    setEnding(id);
    try {
      await endSession(id);
    } catch (error) {
      showProblem(sentenceOf(error, text));
    }
    await onEnded();
    setEnding(null);
  };
  return (
    <EmptyState
      as={as}
      icon={<MonitorPlay aria-hidden size={36} />}
      title={words.title}
      action={back}
    >
      <p role="alert">{words.body(limit)}</p>
      <ul aria-label={words.streams} className="mt-8 grid gap-3 text-start">
        {streams.map((stream) => {
          const device = stream.device || words.unknownDevice;
          return (
            <li
              key={stream.id}
              className="flex items-center justify-between gap-4 rounded-2xl border border-line bg-surface p-4"
            >
              <div className="min-w-0">
                <p className="truncate font-semibold text-ink">{device}</p>
                <p className="text-base wrap-anywhere">{stream.title ?? words.hiddenTitle}</p>
                <p className="text-sm">{words.began(formatAge(stream.since))}</p>
              </div>
              <Button
                aria-label={words.endOn(device)}
                isBusy={ending === stream.id}
                disabled={ending !== null}
                onClick={() => void end(stream.id)}
              >
                {words.end}
              </Button>
            </li>
          );
        })}
      </ul>
    </EmptyState>
  );
}
