import type { Player, PlayerDebugState } from "@streamverse/player";
import { Button, IconButton } from "@streamverse/ui";
import { Check, Copy, X } from "lucide-react";
import { useEffect, useState } from "react";

import { useText } from "../../app/i18n";
import { copyText } from "../../app/take-along";
import { ReportProblem } from "./ReportProblem";

const LOOK_EVERY_MS = 500;
const SAMPLES = 120;

export interface DetailsPanelProps {
  player: Player;
  titleId: string;
  sessionId: string;
  onClose: () => void;
}

/** What the player does just now, in figures: for the curious and for reports. */
export function DetailsPanel({ player, titleId, sessionId, onClose }: DetailsPanelProps) {
  const text = useText();
  const words = text.player.details;
  const samples = useSamples(player);
  const now = samples.at(-1);
  if (now === undefined) return null;
  const rows: [label: string, value: string][] = [
    [words.title, titleId],
    [words.session, sessionId],
    [words.picture, picture(now)],
    [words.codecs, [now.videoCodec, now.audioCodec].filter((one) => one !== null).join(" · ")],
    [words.bitrate, megabits(now.bitrateBps)],
    [words.bandwidth, megabits(now.bandwidthBps)],
    [words.buffer, `${now.bufferedSeconds.toFixed(1)} s`],
    [words.frames, words.framesOf(now.droppedFrames, now.decodedFrames)],
    [words.startUp, now.startUpMs === null ? "–" : `${Math.round(now.startUpMs)} ms`],
    [words.stalls, String(now.stalls)],
  ];
  return (
    <section
      aria-label={words.heading}
      className="pointer-events-auto absolute start-3 top-20 grid max-h-[calc(100%-12rem)] w-[min(26rem,calc(100%-1.5rem))] gap-3 overflow-y-auto rounded-2xl bg-black/85 p-4 text-sm shadow-float sm:start-6"
    >
      <div className="flex items-center justify-between gap-3">
        <h2 className="text-base font-bold">{words.heading}</h2>
        <IconButton
          label={text.common.close}
          className="text-white! hover:bg-white/15!"
          onClick={onClose}
        >
          <X aria-hidden />
        </IconButton>
      </div>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
        {rows.map(([label, value]) => (
          <div key={label} className="contents">
            <dt className="text-white/75">{label}</dt>
            <dd className="wrap-anywhere tabular-nums">{value || "–"}</dd>
          </div>
        ))}
      </dl>
      <Curve label={words.buffer} values={samples.map((one) => one.bufferedSeconds)} />
      <Curve label={words.bandwidth} values={samples.map((one) => one.bandwidthBps ?? 0)} />
      <div className="flex flex-wrap gap-2">
        <CopyButton content={rows.map(([label, value]) => `${label}: ${value}`).join("\n")} />
        <ReportProblem player={player} sessionId={sessionId} />
      </div>
    </section>
  );
}

function useSamples(player: Player): readonly PlayerDebugState[] {
  const [samples, setSamples] = useState<readonly PlayerDebugState[]>(() => [player.debugState()]);
  useEffect(() => {
    const look = () => setSamples((before) => [...before.slice(1 - SAMPLES), player.debugState()]);
    const timer = window.setInterval(look, LOOK_EVERY_MS);
    return () => window.clearInterval(timer);
  }, [player]);
  return samples;
}

/** The last minute of a figure, from nothing to its most. */
function Curve({ label, values }: { label: string; values: readonly number[] }) {
  const most = Math.max(...values, 1e-9);
  const points = values.map(
    (value, index) => `${SAMPLES - values.length + index},${20 - (value / most) * 19}`,
  );
  return (
    <figure className="grid gap-1">
      <figcaption className="text-white/75">{label}</figcaption>
      <svg
        aria-hidden
        viewBox={`0 0 ${SAMPLES - 1} 20`}
        preserveAspectRatio="none"
        className="h-9 w-full rounded-md bg-white/10"
      >
        <polyline
          points={points.join(" ")}
          fill="none"
          vectorEffect="non-scaling-stroke"
          strokeWidth="2"
          className="stroke-accent"
        />
      </svg>
    </figure>
  );
}

function CopyButton({ content }: { content: string }) {
  const words = useText().player.details;
  const [isCopied, setIsCopied] = useState(false);
  const copy = async () => setIsCopied(await copyText(content));
  return (
    <Button size="sm" onClick={() => void copy()}>
      {isCopied ? <Check aria-hidden size={16} /> : <Copy aria-hidden size={16} />}
      {isCopied ? words.copied : words.copy}
    </Button>
  );
}

function picture({ width, height, framesPerSecond }: PlayerDebugState): string {
  return framesPerSecond === null
    ? `${width} × ${height}`
    : `${width} × ${height}, ${framesPerSecond} fps`;
}

function megabits(bps: number | null): string {
  return bps === null ? "–" : `${(bps / 1e6).toFixed(2)} Mb/s`;
}
