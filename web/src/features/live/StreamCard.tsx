import type { LiveStream } from "@streamverse/client";
import { Badge, Button, buttonClass, cx } from "@streamverse/ui";
import { Link } from "@tanstack/react-router";
import {
  Activity,
  CalendarClock,
  GripVertical,
  Play,
  Settings2,
  SlidersHorizontal,
  Video,
} from "lucide-react";
import { useState } from "react";

import { formatAge, formatMoment } from "../../app/format";
import { useText } from "../../app/i18n";
import type { Handle } from "../use-sorting";
import { LiveBadge } from "./LiveBadge";
import { ScheduleDialog } from "./ScheduleDialog";
import { EncoderDialog } from "./StreamDialogs";
import { ChangeStreamDialog } from "./StreamForm";
import { Thumbnail } from "./Thumbnail";
import { ViewerCount } from "./ViewerCount";

/** What staff has beside what everybody sees. */
export interface DeskControls {
  isChosen: boolean;
  onChoose: (isChosen: boolean) => void;
  isDragged: boolean;
  handle: Handle | null;
}

/** A stream on the list. */
export function StreamCard({ stream, desk }: { stream: LiveStream; desk: DeskControls | null }) {
  const { live, liveDesk } = useText();
  const isLive = stream.live_since !== null;
  return (
    <div
      className={cx(
        "flex items-start gap-1 rounded-card bg-surface p-4 ring-1 ring-line sm:gap-3 sm:p-5",
        desk?.isDragged === true && "relative z-10 scale-101 shadow-float ring-2 ring-accent",
      )}
    >
      {desk !== null && <Grips name={stream.name} desk={desk} />}
      <div className="flex min-w-0 flex-1 flex-wrap items-center justify-between gap-x-6 gap-y-4">
        {isLive && <Thumbnail stream={stream} />}
        <div className="grid min-w-0 flex-1 basis-48 gap-1.5">
          <h2 className="flex flex-wrap items-center gap-3 text-xl font-semibold wrap-anywhere">
            {stream.name}
            <StateBadge stream={stream} />
            {isLive && <ViewerCount count={stream.viewers} />}
          </h2>
          {stream.description !== "" && <p className="text-muted">{stream.description}</p>}
          {stream.live_since !== null && (
            <p className="text-sm text-muted">{live.since(formatAge(stream.live_since))}</p>
          )}
          {!isLive && stream.next_starts_at !== null && (
            <p className="text-sm text-muted">
              {liveDesk.startsAt(formatMoment(stream.next_starts_at))}
            </p>
          )}
        </div>
        <div className="flex flex-wrap items-center gap-2">
          <Link
            to="/live/$id"
            params={{ id: stream.id }}
            className={buttonClass(isLive ? "primary" : "secondary", "sm")}
          >
            <Play aria-hidden size={16} fill="currentColor" />
            {live.watch}
          </Link>
          {desk !== null && <DeskButtons stream={stream} />}
        </div>
      </div>
    </div>
  );
}

function StateBadge({ stream }: { stream: LiveStream }) {
  const { live, liveDesk } = useText();
  if (stream.is_stopped) return <Badge tone="danger">{liveDesk.stopped}</Badge>;
  if (stream.state === "away") return <Badge>{liveDesk.away}</Badge>;
  return stream.state === "live" ? <LiveBadge /> : <Badge>{live.idle}</Badge>;
}

function Grips({ name, desk }: { name: string; desk: DeskControls }) {
  const { liveDesk: words } = useText();
  return (
    <div className="-ms-2 flex shrink-0 flex-col sm:flex-row">
      {desk.handle !== null && (
        <button
          type="button"
          aria-label={words.move(name)}
          className="grid size-11 shrink-0 cursor-grab touch-none place-items-center rounded-lg text-muted hover:bg-hover active:cursor-grabbing"
          {...desk.handle}
        >
          <GripVertical aria-hidden size={20} />
        </button>
      )}
      <label className="grid size-11 shrink-0 cursor-pointer place-items-center">
        <span className="sr-only">{words.choose(name)}</span>
        <input
          type="checkbox"
          checked={desk.isChosen}
          onChange={(event) => desk.onChoose(event.currentTarget.checked)}
          className="size-5 accent-accent"
        />
      </label>
    </div>
  );
}

function DeskButtons({ stream }: { stream: LiveStream }) {
  const { live, liveDesk: words } = useText();
  const [opened, setOpened] = useState<"encoder" | "settings" | "schedule" | null>(null);
  const close = () => setOpened(null);
  return (
    <>
      <Link
        to="/live/$id/send"
        params={{ id: stream.id }}
        className={buttonClass("secondary", "sm")}
      >
        <Video aria-hidden size={16} />
        {live.goLiveHere}
      </Link>
      <Button
        size="sm"
        icon={<Settings2 aria-hidden size={16} />}
        onClick={() => setOpened("encoder")}
      >
        {live.setUp}
      </Button>
      <Button
        size="sm"
        icon={<SlidersHorizontal aria-hidden size={16} />}
        onClick={() => setOpened("settings")}
      >
        {words.settings}
      </Button>
      <Button
        size="sm"
        icon={<CalendarClock aria-hidden size={16} />}
        onClick={() => setOpened("schedule")}
      >
        {words.schedule}
      </Button>
      <Link
        to="/live/$id/health"
        params={{ id: stream.id }}
        className={buttonClass("secondary", "sm")}
      >
        <Activity aria-hidden size={16} />
        {words.health}
      </Link>
      {opened === "encoder" && <EncoderDialog stream={stream} onClose={close} />}
      {opened === "settings" && <ChangeStreamDialog stream={stream} onClose={close} />}
      {opened === "schedule" && <ScheduleDialog stream={stream} onClose={close} />}
    </>
  );
}
