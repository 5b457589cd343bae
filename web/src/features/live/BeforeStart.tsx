import type { LiveStream } from "@streamverse/client";
import { cx, EmptyState } from "@streamverse/ui";
import { Lock, Radio } from "lucide-react";
import { type ReactNode, useState } from "react";

import { sentenceOf } from "../../app/api";
import { useText } from "../../app/i18n";
import { Still } from "../catalog/Poster";
import { Countdown } from "./Countdown";
import { StreamReminder } from "./StreamReminder";

/** What is shown where a stream will be: when it begins, or why it is not for who asks. */
export function BeforeStart({ stream, problem }: { stream: LiveStream; problem: Error | null }) {
  const text = useText();
  const { live } = text;
  const [failed, setFailed] = useState<string | null>(null);
  if (stream.live_since !== null && problem !== null) {
    return (
      <Frame>
        <EmptyState icon={<Lock aria-hidden size={36} />} title={text.liveDesk.notForYou}>
          <p role="status">{sentenceOf(problem, text)}</p>
        </EmptyState>
      </Frame>
    );
  }
  const slate = stream.slate?.base_url === failed ? null : stream.slate;
  const picture = slate && (
    <Still
      still={slate}
      sizes="(min-width: 72rem) 72rem, 100vw"
      isUrgent
      onError={() => setFailed(slate.base_url)}
      className="aspect-video w-full bg-stage object-contain"
    />
  );
  return (
    <Frame picture={picture}>
      {stream.next_starts_at !== null ? (
        <>
          <Countdown at={stream.next_starts_at} />
          <p className="text-center text-muted">{live.waitingBody}</p>
        </>
      ) : picture === null ? (
        <EmptyState icon={<Radio aria-hidden size={36} />} title={live.waiting}>
          <p role="status">{live.waitingBody}</p>
        </EmptyState>
      ) : (
        <div role="status" className="grid gap-1 text-center">
          <p className="text-xl font-semibold">{live.waiting}</p>
          <p className="text-muted">{live.waitingBody}</p>
        </div>
      )}
      <StreamReminder stream={stream} />
    </Frame>
  );
}

/** With a picture the words stand beneath it, so that nothing of it is covered. */
function Frame({ picture = null, children }: { picture?: ReactNode; children: ReactNode }) {
  return (
    <div className="overflow-hidden rounded-card bg-raised">
      {picture}
      <div
        className={cx(
          "grid content-center justify-items-center gap-6 p-6",
          picture === null && "min-h-72 sm:aspect-video",
        )}
      >
        {children}
      </div>
    </div>
  );
}
