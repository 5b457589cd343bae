import { useEffect, useState } from "react";

import { formatMoment } from "../../app/format";
import { useText } from "../../app/i18n";
import { leftUntil } from "./left-until";

/** How long it is until something begins, and when that is by the clock of who looks. */
export function Countdown({ at }: { at: string }) {
  const { liveDesk } = useText();
  const now = useNow();
  const left = leftUntil(at, now);
  return (
    <div className="grid justify-items-center gap-4 text-center">
      {left === null ? (
        <p className="text-2xl font-bold">{liveDesk.startsNow}</p>
      ) : (
        <div role="timer" className="grid justify-items-center gap-3">
          <p className="font-semibold text-muted">{liveDesk.startsIn}</p>
          <p className="flex gap-3 sm:gap-5">
            {left.map(({ unit, value }) => (
              <span key={unit} className="grid min-w-16 justify-items-center">
                <span className="text-4xl leading-tight font-extrabold tabular-nums sm:text-6xl">
                  {value}
                </span>
                <span className="text-sm text-muted">{liveDesk.countdown[unit]}</span>
              </span>
            ))}
          </p>
        </div>
      )}
      <p className="text-muted">
        <time dateTime={at}>{liveDesk.startsAt(formatMoment(at))}</time>
      </p>
    </div>
  );
}

function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const ticking = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(ticking);
  }, []);
  return now;
}
