import { type ReactNode, useEffect, useId, useRef, useState } from "react";

import { cx } from "./cx";
import { linearScale, logarithmicScale, type Scale } from "./scales";

export interface ChartPoint {
  x: number;
  y: number;
  /** What is said of the point when it is pointed at. */
  label: string;
}

export interface ChartSeries {
  name: string;
  points: readonly ChartPoint[];
  /** Told apart by shape as well as by colour. */
  mark: "dot" | "ring" | "square" | "diamond" | "none";
  tone: "accent" | "muted" | "good" | "danger";
  isJoined?: boolean;
}

export interface ScatterChartProps {
  title: string;
  /** What the chart shows, in a sentence for those who do not see it; give a table beside it. */
  description: string;
  xLabel: string;
  yLabel: string;
  formatX: (value: number) => string;
  formatY: (value: number) => string;
  yStep: number;
  series: readonly ChartSeries[];
  /** A value that the points are measured by. */
  line?: { y: number; label: string };
  className?: string;
}

const HEIGHT = 380;
const MARGIN = { top: 16, right: 20, bottom: 52, left: 52 };
const TICK_WIDTH = 64;

const inks = {
  accent: "text-accent",
  muted: "text-muted",
  good: "text-good-text",
  danger: "text-danger-text",
};

/** Points over a logarithmic axis; it takes the width that it is given. */
export function ScatterChart({
  series,
  title,
  description,
  className,
  ...rest
}: ScatterChartProps) {
  const [width, frame] = useWidth(640);
  const shown = series.filter(({ points }) => points.length > 0);
  if (shown.length === 0) return null;
  return (
    <figure className={cx("grid gap-3", className)}>
      <Legend series={shown} />
      <div ref={frame} className="min-w-0">
        <Plot {...rest} series={shown} title={title} description={description} width={width} />
      </div>
    </figure>
  );
}

function Legend({ series }: { series: readonly ChartSeries[] }) {
  return (
    <ul className="flex flex-wrap gap-x-5 gap-y-2 text-sm" aria-hidden>
      {series.map(({ name, tone, mark, isJoined }) => (
        <li key={name} className="flex items-center gap-2">
          <svg width="28" height="14" className={inks[tone]}>
            {isJoined === true && (
              <line x1="0" x2="28" y1="7" y2="7" stroke="currentColor" strokeWidth="2" />
            )}
            <Mark mark={mark} x={14} y={7} />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}

function Plot({
  title,
  description,
  xLabel,
  yLabel,
  formatX,
  formatY,
  yStep,
  series,
  line,
  width,
}: Omit<ScatterChartProps, "className"> & { width: number }) {
  const id = useId();
  const points = series.flatMap((one) => one.points);
  const inner = { width: width - MARGIN.left - MARGIN.right, height: 0 };
  inner.height = HEIGHT - MARGIN.top - MARGIN.bottom;
  const across = logarithmicScale(points.map((point) => point.x));
  const up = linearScale([...points.map((point) => point.y), ...(line ? [line.y] : [])], yStep);
  const x = (value: number) => MARGIN.left + across.at(value) * inner.width;
  const y = (value: number) => MARGIN.top + (1 - up.at(value)) * inner.height;
  return (
    <svg
      role="img"
      aria-labelledby={`${id}-title ${id}-description`}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      className="block h-auto w-full text-xs"
    >
      <title id={`${id}-title`}>{title}</title>
      <desc id={`${id}-description`}>{description}</desc>
      {up.ticks.map((tick) => (
        <Tick key={tick} x1={MARGIN.left} x2={width - MARGIN.right} y1={y(tick)} y2={y(tick)}>
          <text x={MARGIN.left - 8} y={y(tick)} dy="0.35em" textAnchor="end">
            {formatY(tick)}
          </text>
        </Tick>
      ))}
      {thin(across, inner.width).map((tick) => (
        <Tick key={tick} x1={x(tick)} x2={x(tick)} y1={MARGIN.top} y2={HEIGHT - MARGIN.bottom}>
          <text x={x(tick)} y={HEIGHT - MARGIN.bottom + 18} textAnchor="middle">
            {formatX(tick)}
          </text>
        </Tick>
      ))}
      <text x={width - MARGIN.right} y={HEIGHT - 8} textAnchor="end" className="fill-muted">
        {xLabel}
      </text>
      <text
        transform={`translate(12 ${MARGIN.top}) rotate(-90)`}
        textAnchor="end"
        className="fill-muted"
      >
        {yLabel}
      </text>
      {line !== undefined && (
        <g className="text-ink">
          <line
            x1={MARGIN.left}
            x2={width - MARGIN.right}
            y1={y(line.y)}
            y2={y(line.y)}
            stroke="currentColor"
            strokeDasharray="6 5"
          />
          <text x={MARGIN.left + 8} y={y(line.y) - 6} className="fill-ink">
            {line.label}
          </text>
        </g>
      )}
      {series.map(({ name, points, tone, mark, isJoined }) => (
        <g key={name} className={inks[tone]}>
          {isJoined === true && (
            <polyline
              points={points.map((point) => `${x(point.x)},${y(point.y)}`).join(" ")}
              fill="none"
              stroke="currentColor"
              strokeWidth="2"
              strokeLinejoin="round"
            />
          )}
          {points.map((point) => (
            <Mark
              key={`${point.x} ${point.y}`}
              mark={mark}
              x={x(point.x)}
              y={y(point.y)}
              label={point.label}
            />
          ))}
        </g>
      ))}
    </svg>
  );
}

function Tick({
  children,
  ...ends
}: {
  x1: number;
  x2: number;
  y1: number;
  y2: number;
  children: ReactNode;
}) {
  return (
    <g className="fill-muted">
      <line {...ends} className="stroke-line" />
      {children}
    </g>
  );
}

function Mark({
  mark,
  x,
  y,
  label,
}: {
  mark: ChartSeries["mark"];
  x: number;
  y: number;
  label?: string;
}) {
  if (mark === "none") return null;
  const tip = label === undefined ? null : <title>{label}</title>;
  const ink = { fill: "currentColor", className: "stroke-surface", strokeWidth: 1.5 };
  if (mark === "dot") {
    return (
      <circle cx={x} cy={y} r={4} {...ink}>
        {tip}
      </circle>
    );
  }
  if (mark === "ring") {
    return (
      <circle cx={x} cy={y} r={4} fill="none" stroke="currentColor" strokeWidth="1.5">
        {tip}
      </circle>
    );
  }
  return (
    <rect
      x={x - 5}
      y={y - 5}
      width={10}
      height={10}
      {...ink}
      {...(mark === "diamond" && { transform: `rotate(45 ${x} ${y})` })}
    >
      {tip}
    </rect>
  );
}

/** Leave ticks out where there is no room for their words. */
function thin(scale: Scale, width: number): number[] {
  const kept: number[] = [];
  for (const tick of scale.ticks) {
    const last = kept.at(-1);
    const isApart = last === undefined || (scale.at(tick) - scale.at(last)) * width >= TICK_WIDTH;
    if (isApart) kept.push(tick);
  }
  return kept;
}

/** Follow the width of an element. */
function useWidth(initial: number) {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(initial);
  useEffect(() => {
    const watched = element.current;
    if (watched === null || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.max(280, Math.round(entry.contentRect.width)));
    });
    observer.observe(watched);
    return () => observer.disconnect();
  }, []);
  return [width, element] as const;
}
