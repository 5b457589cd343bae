import { useText } from "../../app/i18n";
import { HEIGHT, pathOf, type Point, WIDTH } from "./line-path";

export interface LiveChartProps {
  title: string;
  format: (value: number) => string;
  points: readonly Point[];
}

/** One measure over time: its newest value in words, and the way that it took. */
export function LiveChart({ title, format, points }: LiveChartProps) {
  const { liveDesk } = useText();
  const values = points.flatMap(([, value]) => (value === null ? [] : [value]));
  const newest = points.at(-1)?.[1] ?? null;
  const low = Math.min(...values);
  const high = Math.max(...values);
  return (
    <figure className="grid min-w-0 gap-2 rounded-card bg-raised p-4">
      <figcaption className="flex items-baseline justify-between gap-3">
        <span className="text-sm font-semibold text-muted">{title}</span>
        <span className="text-xl font-bold tabular-nums">
          {newest === null ? liveDesk.unknown : format(newest)}
        </span>
      </figcaption>
      <svg
        aria-hidden
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-20 w-full text-accent-text"
      >
        <path
          d={pathOf(points)}
          fill="none"
          stroke="currentColor"
          strokeWidth="2"
          strokeLinejoin="round"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <p className="text-sm text-muted tabular-nums">
        {values.length === 0 ? liveDesk.unknown : liveDesk.range(format(low), format(high))}
      </p>
    </figure>
  );
}
