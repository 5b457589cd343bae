import type { SessionAnalytics } from "@streamverse/client";
import { clockTime } from "@streamverse/player";

import { formatBitrate } from "../../app/format";
import { useText } from "../../app/i18n";
import { drawTimeline, type Lane } from "./timeline";

const HEIGHT = { bitrate: 120, buffer: 70 } as const;
const WIDTH = 800;

/** What a session played and had in store, moment by moment; where it waited is marked. */
export function SessionTimeline({ session }: { session: SessionAnalytics }) {
  const words = useText().sessions;
  const drawn = drawTimeline(session.timeline);
  if (drawn.endMs === 0) return <p className="text-muted">{words.noTimeline}</p>;
  const x = (atMs: number) => (atMs / drawn.endMs) * WIDTH;
  const lanes: readonly [keyof typeof HEIGHT, string, Lane, (value: number) => string][] = [
    ["bitrate", words.bitrateCurve, drawn.bitrate, formatBitrate],
    ["buffer", words.bufferCurve, drawn.buffer, (ms) => `${Math.round(ms / 1000)} s`],
  ];
  return (
    <figure
      role="img"
      aria-label={`${words.timeline}. ${words.timelineIn(session.stall_count, session.switch_count)}`}
      className="grid gap-4"
    >
      {lanes.map(([name, label, lane, format]) => (
        <div key={name} className="grid gap-1">
          <p className="flex justify-between text-sm text-muted">
            <span>{label}</span>
            <span className="tabular-nums">{format(lane.most)}</span>
          </p>
          <svg
            viewBox={`0 0 ${WIDTH} ${HEIGHT[name]}`}
            preserveAspectRatio="none"
            className="w-full rounded-lg border border-line bg-surface"
            style={{ height: HEIGHT[name] }}
          >
            {drawn.stalls.map(([from, to]) => (
              <rect
                key={from}
                x={x(from)}
                width={Math.max(2, x(to) - x(from))}
                height={HEIGHT[name]}
                className="fill-danger-text/35"
              />
            ))}
            <polyline
              points={lane.points
                .map(
                  ([at, value]) => `${x(at)},${(1 - value / lane.most) * (HEIGHT[name] - 4) + 2}`,
                )
                .join(" ")}
              fill="none"
              vectorEffect="non-scaling-stroke"
              strokeWidth="2.5"
              className="stroke-accent"
            />
          </svg>
        </div>
      ))}
      <p className="flex justify-between text-sm text-muted tabular-nums">
        <span>0:00</span>
        <span>{clockTime(drawn.endMs / 1000)}</span>
      </p>
      {drawn.stalls.length > 0 && (
        <p className="flex items-center gap-2 text-sm">
          <span aria-hidden className="size-4 rounded-sm bg-danger-text/35" />
          {words.stallBands}
        </p>
      )}
    </figure>
  );
}
