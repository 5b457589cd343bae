import type { LiveStream } from "@streamverse/client";
import { useState } from "react";

import { Still } from "../catalog/Poster";

export interface SlateProps {
  /** The picture of the stream; without one it is colours of ours. */
  picture: LiveStream["slate"];
  title: string;
  body: string;
}

/** Laid over the picture while nothing comes; what is below goes on by itself. */
export function Slate({ picture, title, body }: SlateProps) {
  const [failed, setFailed] = useState<string | null>(null);
  if (picture === null || picture.base_url === failed) {
    return (
      <div
        role="status"
        className="pointer-events-none absolute inset-0 grid place-content-center gap-3 bg-linear-to-br from-canvas/90 to-raised/90 p-6 text-center text-ink"
      >
        <Dots className="mx-auto" />
        <p className="text-2xl font-bold">{title}</p>
        <p className="text-muted">{body}</p>
      </div>
    );
  }
  return (
    <div role="status" className="pointer-events-none absolute inset-0 bg-stage">
      <Still
        still={picture}
        sizes="(min-width: 72rem) 72rem, 100vw"
        isUrgent
        onError={() => setFailed(picture.base_url)}
        className="absolute inset-0 size-full object-contain"
      />
      <p className="absolute start-3 top-3 flex items-center gap-3 rounded-full bg-black/75 px-4 py-2 text-sm font-semibold text-white sm:start-5 sm:top-5 sm:text-base">
        <Dots />
        {title}
      </p>
    </div>
  );
}

function Dots({ className = "" }: { className?: string }) {
  return (
    <span aria-hidden className={`flex gap-2 ${className}`}>
      <span className="size-3 animate-pulse rounded-full bg-live" />
      <span className="size-3 animate-pulse rounded-full bg-live [animation-delay:200ms]" />
      <span className="size-3 animate-pulse rounded-full bg-live [animation-delay:400ms]" />
    </span>
  );
}
