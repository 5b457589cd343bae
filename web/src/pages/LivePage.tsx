import type { LiveStream } from "@streamverse/client";
import { Button, EmptyState, Skeleton } from "@streamverse/ui";
import { useQuery } from "@tanstack/react-query";
import { Plus, Radio } from "lucide-react";
import { useState } from "react";

import { sentenceOf } from "../app/api";
import { useText } from "../app/i18n";
import { useErrorToast } from "../app/use-error-toast";
import { BulkBar } from "../features/live/BulkBar";
import { useOrderStreams } from "../features/live/desk-queries";
import { streamsQuery } from "../features/live/queries";
import { StreamCard } from "../features/live/StreamCard";
import { AddStreamDialog } from "../features/live/StreamForm";
import { PageHeading } from "../features/PageHeading";
import { ProblemNotice } from "../features/ProblemNotice";
import { useMay } from "../features/staff/queries";
import { useSorting } from "../features/use-sorting";

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
      <StreamList streams={streams} maySend={maySend} />
      {isAdding && <AddStreamDialog onClose={() => setIsAdding(false)} />}
    </div>
  );
}

function StreamList({ streams, maySend }: { streams: readonly LiveStream[]; maySend: boolean }) {
  const { live, liveDesk } = useText();
  const [chosenIds, setChosenIds] = useState<ReadonlySet<string>>(new Set());
  const order = useOrderStreams();
  const onError = useErrorToast();
  const { list, shown, draggedId, handleOf, said } = useSorting({
    items: streams,
    idOf: ({ id }) => id,
    say: ({ name }, place, count) => liveDesk.moved(name, place, count),
    onOrder: maySend && streams.length > 1 ? (all) => order.mutate(all, { onError }) : null,
  });
  const choose = (id: string, isChosen: boolean) => {
    const others = [...chosenIds].filter((one) => one !== id);
    setChosenIds(new Set(isChosen ? [...others, id] : others));
  };
  const chosen = streams.filter(({ id }) => chosenIds.has(id));
  return (
    <>
      {maySend && streams.length > 0 && (
        <BulkBar
          streams={streams}
          chosen={chosen}
          onChooseAll={(areChosen) =>
            setChosenIds(new Set(areChosen ? streams.map(({ id }) => id) : []))
          }
          onDone={() => setChosenIds(new Set())}
        />
      )}
      <ol ref={list} aria-label={live.title} className="grid gap-3">
        {shown.map((stream) => (
          <li key={stream.id}>
            <StreamCard
              stream={stream}
              desk={
                maySend
                  ? {
                      isChosen: chosenIds.has(stream.id),
                      onChoose: (isChosen) => choose(stream.id, isChosen),
                      isDragged: draggedId === stream.id,
                      handle: handleOf(stream),
                    }
                  : null
              }
            />
          </li>
        ))}
      </ol>
      <p role="status" className="sr-only">
        {said}
      </p>
    </>
  );
}
