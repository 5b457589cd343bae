import { useText } from "../../app/i18n";

/** Laid over the picture while whoever sends is gone; what is below goes on by itself. */
export function Slate() {
  const { liveDesk } = useText();
  return (
    <div
      data-theme="dark"
      role="status"
      className="pointer-events-none absolute inset-0 grid place-content-center gap-3 rounded-card bg-linear-to-br from-canvas/90 to-raised/90 p-6 text-center text-ink"
    >
      <span aria-hidden className="mx-auto flex gap-2">
        <span className="size-3 animate-pulse rounded-full bg-live" />
        <span className="size-3 animate-pulse rounded-full bg-live [animation-delay:200ms]" />
        <span className="size-3 animate-pulse rounded-full bg-live [animation-delay:400ms]" />
      </span>
      <p className="text-2xl font-bold">{liveDesk.awayTitle}</p>
      <p className="text-muted">{liveDesk.awayBody}</p>
    </div>
  );
}
