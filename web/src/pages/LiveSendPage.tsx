import { Button, buttonClass, Choice, Notice, Skeleton, Switch } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Radio, Square } from "lucide-react";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";

import { sentenceOf } from "../app/api";
import { useText } from "../app/i18n";
import { LiveBadge } from "../features/live/LiveBadge";
import { BrowserPublisher, type PublisherState, type SendSource } from "../features/live/publisher";
import { keyQuery, streamQuery } from "../features/live/queries";
import { PageHeading } from "../features/PageHeading";
import { ProblemNotice } from "../features/ProblemNotice";
import { Permitted } from "../features/staff/Permitted";

const route = getRouteApi("/member/layout/live/$id/send");

/** Go live from this browser: a camera or a screen, and a microphone. */
export function LiveSendPage() {
  return (
    <Permitted to="live.manage">
      <Sender />
    </Permitted>
  );
}

function Sender() {
  const text = useText();
  const { live } = text;
  const { id } = route.useParams();
  const stream = useQuery(streamQuery(id));
  const key = useQuery(keyQuery(id));
  const [publisher] = useState(() => new BrowserPublisher());
  const state = useSyncExternalStore(publisher.store.subscribe, publisher.store.get);
  const [source, setSource] = useState<SendSource>("camera");
  const [hasSound, setHasSound] = useState(true);
  useEffect(() => () => publisher.stop(), [publisher]);
  const problem = stream.error ?? key.error;
  if (problem !== null) {
    return (
      <ProblemNotice sentence={sentenceOf(problem, text)} onRetry={() => void key.refetch()} />
    );
  }
  if (stream.data === undefined || key.data === undefined) {
    return <Skeleton className="gutter mx-auto mt-12 h-96 max-w-4xl" />;
  }
  const isSending = !["idle", "failed"].includes(state.status);
  const secret = key.data.key;
  return (
    <div className="gutter mx-auto max-w-4xl pb-12">
      <PageHeading title={live.sendTitle(stream.data.name)} intro={live.sendIntro} />
      <div className="grid gap-6">
        {state.problem !== null && <Notice tone="danger">{problemText(state, live)}</Notice>}
        <Preview stream={state.preview} label={live.sendPreview} />
        <SendState state={state} />
        {!isSending && (
          <div className="grid gap-5 sm:grid-cols-2">
            <Choice
              label={live.sendWhat}
              value={source}
              onChange={setSource}
              choices={[
                { value: "camera", label: live.sendSources.camera },
                { value: "screen", label: live.sendSources.screen },
              ]}
            />
            <Switch label={live.sendSound} isOn={hasSound} onChange={setHasSound} />
          </div>
        )}
        <div className="flex flex-wrap gap-3">
          {isSending ? (
            <Button icon={<Square aria-hidden size={18} />} onClick={() => publisher.stop()}>
              {live.sendStop}
            </Button>
          ) : (
            <Button
              variant="primary"
              icon={<Radio aria-hidden size={18} />}
              onClick={() => void publisher.start(secret, source, hasSound)}
            >
              {live.sendStart}
            </Button>
          )}
          <Link to="/live/$id" params={{ id }} target="_blank" className={buttonClass("quiet")}>
            {live.sendWatch}
          </Link>
        </div>
      </div>
    </div>
  );
}

function Preview({ stream, label }: { stream: MediaStream | null; label: string }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = stream;
  }, [stream]);
  return (
    <video
      ref={video}
      aria-label={label}
      autoPlay
      muted
      playsInline
      className="aspect-video w-full rounded-card bg-stage object-contain"
    />
  );
}

function SendState({ state }: { state: PublisherState }) {
  const { live } = useText();
  return (
    <div className="flex min-h-11 flex-wrap items-center gap-4">
      {state.status === "live" && <LiveBadge />}
      <p role="status">{live.sendStates[state.status]}</p>
      {state.status === "live" && (
        <p data-testid="bitrate" className="text-muted tabular-nums">
          {live.sendBitrate(
            (state.bitrateBps / 1_000_000).toFixed(1),
            Math.round(state.framesPerSecond),
          )}
        </p>
      )}
    </div>
  );
}

function problemText(
  state: PublisherState,
  live: { sendDenied: string; sendUnreachable: string },
): string {
  if (state.problem === "denied") return live.sendDenied;
  return state.problem === "unreachable" ? live.sendUnreachable : (state.problem ?? "");
}
