import type { LiveStream } from "@streamverse/client";
import {
  Badge,
  Button,
  buttonClass,
  Card,
  EmptyState,
  IconButton,
  Skeleton,
} from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Play, Plus, Radio, Settings2, Trash2 } from "lucide-react";
import { useState } from "react";

import { sentenceOf } from "../app/api";
import { formatAge } from "../app/format";
import { useText } from "../app/i18n";
import { LiveBadge } from "../features/live/LiveBadge";
import { streamsQuery } from "../features/live/queries";
import { AddStreamDialog, EncoderDialog, RemoveStreamDialog } from "../features/live/StreamDialogs";
import { PageHeading } from "../features/PageHeading";
import { ProblemNotice } from "../features/ProblemNotice";
import { useMay } from "../features/staff/queries";

/** What goes out, and for those who may, what it takes to send. */
export function LivePage() {
  const text = useText();
  const { live } = text;
  const query = useQuery(streamsQuery);
  const maySend = useMay("live.manage") === true;
  const [isAdding, setIsAdding] = useState(false);
  const streams = query.data ?? [];
  const add = maySend && (
    <Button
      variant="primary"
      icon={<Plus aria-hidden size={20} />}
      onClick={() => setIsAdding(true)}
    >
      {live.add}
    </Button>
  );
  return (
    <div className="gutter mx-auto max-w-4xl">
      <PageHeading title={live.title} intro={live.intro} action={streams.length > 0 && add} />
      {query.isPending && <Skeleton className="h-32" />}
      {query.isError && (
        <ProblemNotice
          sentence={sentenceOf(query.error, text)}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isSuccess && streams.length === 0 && (
        <EmptyState icon={<Radio aria-hidden size={36} />} title={live.emptyTitle} action={add}>
          {maySend ? live.emptyBody : live.emptyBodyViewer}
        </EmptyState>
      )}
      <ul aria-label={live.title} className="grid gap-3">
        {streams.map((stream) => (
          <li key={stream.id}>
            <StreamCard stream={stream} maySend={maySend} />
          </li>
        ))}
      </ul>
      {isAdding && <AddStreamDialog onClose={() => setIsAdding(false)} />}
    </div>
  );
}

function StreamCard({ stream, maySend }: { stream: LiveStream; maySend: boolean }) {
  const { live } = useText();
  const [opened, setOpened] = useState<"encoder" | "remove" | null>(null);
  const close = () => setOpened(null);
  const isLive = stream.live_since !== null;
  return (
    <Card className="flex flex-wrap items-center justify-between gap-x-6 gap-y-4">
      <div className="grid min-w-0 gap-1.5">
        <h2 className="flex flex-wrap items-center gap-3 text-xl font-semibold wrap-anywhere">
          {stream.name}
          {isLive ? <LiveBadge /> : <Badge>{live.idle}</Badge>}
        </h2>
        {stream.description !== "" && <p className="text-muted">{stream.description}</p>}
        {stream.live_since !== null && (
          <p className="text-sm text-muted">{live.since(formatAge(stream.live_since))}</p>
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
        {maySend && (
          <>
            <Button
              size="sm"
              icon={<Settings2 aria-hidden size={16} />}
              onClick={() => setOpened("encoder")}
            >
              {live.setUp}
            </Button>
            <IconButton
              label={`${live.remove}: ${stream.name}`}
              disabled={isLive}
              onClick={() => setOpened("remove")}
            >
              <Trash2 aria-hidden size={18} />
            </IconButton>
          </>
        )}
      </div>
      {opened === "encoder" && <EncoderDialog stream={stream} onClose={close} />}
      {opened === "remove" && <RemoveStreamDialog stream={stream} onClose={close} />}
    </Card>
  );
}
