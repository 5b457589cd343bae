import type { LiveStream } from "@streamverse/client";
import { Radio } from "lucide-react";
import { useEffect, useState } from "react";

const LOOK_AGAIN_MS = 10_000;

/** What goes out right now, looked at again every few seconds. */
export function Thumbnail({ stream }: { stream: LiveStream }) {
  const tick = useTick();
  const [failed, setFailed] = useState<number | null>(null);
  const base = `/api/v1/live/streams/${stream.id}/thumbnails`;
  return (
    <div className="grid aspect-video w-36 shrink-0 place-items-center overflow-hidden rounded-lg bg-raised text-muted sm:w-44">
      {failed === tick ? (
        <Radio aria-hidden size={24} />
      ) : (
        <picture className="contents">
          <source type="image/avif" srcSet={`${base}/avif?at=${tick}`} />
          <source type="image/webp" srcSet={`${base}/webp?at=${tick}`} />
          <img
            src={`${base}/jpg?at=${tick}`}
            alt=""
            decoding="async"
            className="size-full object-cover"
            onError={() => setFailed(tick)}
          />
        </picture>
      )}
    </div>
  );
}

function useTick(): number {
  const [tick, setTick] = useState(() => Math.floor(Date.now() / LOOK_AGAIN_MS));
  useEffect(() => {
    const ticking = setInterval(() => {
      if (!document.hidden) setTick(Math.floor(Date.now() / LOOK_AGAIN_MS));
    }, LOOK_AGAIN_MS);
    return () => clearInterval(ticking);
  }, []);
  return tick;
}
