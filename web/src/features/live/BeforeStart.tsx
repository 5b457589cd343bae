import type { LiveStream } from "@streamverse/client";
import { EmptyState } from "@streamverse/ui";
import { Lock, Radio } from "lucide-react";
import type { ReactNode } from "react";

import { sentenceOf } from "../../app/api";
import { useText } from "../../app/i18n";
import { Countdown } from "./Countdown";
import { StreamReminder } from "./StreamReminder";

/** What is shown where a stream will be: when it begins, or why it is not for who asks. */
export function BeforeStart({ stream, problem }: { stream: LiveStream; problem: Error | null }) {
  const text = useText();
  const { live } = text;
  if (stream.live_since !== null && problem !== null) {
    return (
      <Frame>
        <EmptyState icon={<Lock aria-hidden size={36} />} title={text.liveDesk.notForYou}>
          <p role="status">{sentenceOf(problem, text)}</p>
        </EmptyState>
      </Frame>
    );
  }
  return (
    <Frame>
      {stream.next_starts_at === null ? (
        <EmptyState icon={<Radio aria-hidden size={36} />} title={live.waiting}>
          <p role="status">{live.waitingBody}</p>
        </EmptyState>
      ) : (
        <>
          <Countdown at={stream.next_starts_at} />
          <p className="text-center text-muted">{live.waitingBody}</p>
        </>
      )}
      <StreamReminder stream={stream} />
    </Frame>
  );
}

function Frame({ children }: { children: ReactNode }) {
  return (
    <div className="grid min-h-72 content-center justify-items-center gap-6 rounded-card bg-raised p-6 sm:aspect-video">
      {children}
    </div>
  );
}
