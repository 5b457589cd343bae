import { type FocusEvent, type PointerEvent, useEffect, useRef, useState } from "react";

const AFTER_MS = 450;

interface Watch {
  onPointerEnter: (event: PointerEvent) => void;
  onPointerLeave: () => void;
  onFocus: (event: FocusEvent) => void;
  onBlur: () => void;
}

/** Notice that somebody stays on a title, by mouse or keyboard, and does not mind motion. */
export function usePreviewed(): [isPreviewed: boolean, watch: Watch] {
  const [isPreviewed, setIsPreviewed] = useState(false);
  const timer = useRef<number>(undefined);
  const stop = () => {
    window.clearTimeout(timer.current);
    setIsPreviewed(false);
  };
  const start = () => {
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setIsPreviewed(true), AFTER_MS);
  };
  useEffect(() => () => window.clearTimeout(timer.current), []);
  return [
    isPreviewed,
    {
      onPointerEnter: (event) => event.pointerType === "mouse" && start(),
      onPointerLeave: stop,
      onFocus: (event) => event.currentTarget.matches(":focus-visible") && start(),
      onBlur: stop,
    },
  ];
}

/** A few moments of the film, over its picture. */
export function Preview({ url }: { url: string }) {
  const [isPlaying, setIsPlaying] = useState(false);
  return (
    <video
      aria-hidden
      data-testid="preview"
      src={url}
      muted
      autoPlay
      loop
      playsInline
      disablePictureInPicture
      onPlaying={() => setIsPlaying(true)}
      className={`absolute inset-0 size-full object-cover transition-opacity duration-300 ${isPlaying ? "" : "opacity-0"}`}
    />
  );
}
